#include "tail.h"

#include "extent.h"
#include "engine_only.h"

namespace weather {

bool is_whole_line(std::string_view line) {
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

} // namespace weather
