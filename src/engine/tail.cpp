#include "tail.h"

#include "extent.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

bool is_whole_line(std::string_view line) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (line.substr(0, byte_order_mark.size()) == byte_order_mark)
        line.remove_prefix(byte_order_mark.size());
    for (;;) {
        const size_t begin = line.find_first_not_of(" \t\r,");
        if (begin == std::string_view::npos)
            return true;
        line.remove_prefix(begin);
        if (line[0] != '{' && line[0] != '[' && line[0] != '"')
            return false;
        ExtentScanner scanner;
        if (scanner.scan(line, true, true) != ExtentScanner::Found::End)
            return false;
        line.remove_prefix(scanner.position());
    }
}

bool is_plain_lines(Source& raw, Compression compression, Framing framing, size_t maximum_size) {
    DecompressingSource source(raw, compression);
    Window window;
    window.begin_file();
    Framer framer(framing, maximum_size);
    framer.begin_file();
    Error error;
    while (framer.find(window, error) == Framed::NeedInput) {
        const ReadStatus status = window.fill(source, error);
        if ((status != ReadStatus::Data && status != ReadStatus::End) ||
            source.detected() != Compression::None || window.offset() > maximum_size)
            return false; // the scan will say what is wrong, if anything is
    }
    return framer.detected() == Framing::Lines;
}

} // namespace weather
