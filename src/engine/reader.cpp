#include "reader.h"

#include "engine_only.h"

namespace weather {

void Reader::open(int fd, FileSource::Kind kind) {
    source_.reset();
    raw_.emplace(fd, kind);
    source_.emplace(*raw_, compression_);
    scan_.begin_file(*source_);
    batch_.clear();
}

void Reader::open_file(int fd) {
    open(fd, FileSource::Kind::RegularFile);
}

bool Reader::open_program(const char* command) {
    program_ = Program::start(command, start_error_);
    if (program_)
        open(program_->output(), FileSource::Kind::Pipe);
    return program_ != nullptr;
}

void Reader::close() {
    source_.reset();
    raw_.reset();
    program_.reset();
}

} // namespace weather
