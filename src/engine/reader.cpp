#include "reader.h"

#include <utility>

#include "engine_only.h"

namespace weather {

void Reader::open(int fd, FileSource::Kind kind, Start start, std::vector<Given> given) {
    conversion_.reset();
    source_.reset();
    raw_.emplace(fd, kind);
    source_.emplace(*raw_, compression_);
    if (converts_) // from the beginning: the start is a place in the file, not in the text
        scan_.begin_file(conversion_.emplace(*source_), {}, std::move(given), &*conversion_);
    else
        scan_.begin_file(*source_, start, std::move(given));
    batch_.clear();
}

void Reader::open_file(int fd, Start start, std::vector<Given> given) {
    open(fd, FileSource::Kind::RegularFile, start, std::move(given));
}

bool Reader::open_program(const char* command) {
    program_ = Program::start(command, start_error_);
    if (program_)
        open(program_->output(), FileSource::Kind::Pipe, {}, {});
    return program_ != nullptr;
}

void Reader::close() {
    conversion_.reset();
    source_.reset();
    raw_.reset();
    program_.reset();
}

} // namespace weather
