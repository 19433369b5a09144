#include "reader.h"

#include <utility>

#include "engine_only.h"

namespace weather {

void Reader::open(int fd, FileSource::Kind kind, Start start, std::vector<Given> given) {
    source_.reset();
    raw_.emplace(fd, kind);
    source_.emplace(*raw_, compression_);
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
    source_.reset();
    raw_.reset();
    program_.reset();
}

} // namespace weather
