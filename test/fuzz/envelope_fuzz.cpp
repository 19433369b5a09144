// Rows within documents, against two others that know nothing of the walk over an envelope: a plain
// recursion over the document's text, which finds rows, keys and document values by the meaning of
// paths; and RowDecoder, which reads the whole document and says whether it is JSON. However the
// bytes come, and whether the document is read once, twice in memory or twice from the file, the
// answer must be the same.
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/envelope_testing.h"
#include "decode.h"
#include "fragment.h"
#include "unescape.h"
#include "engine_only.h"

using namespace weather;

namespace {

constexpr const char* row_paths[] = {"$.a[*]",     "$[*]",        "$.*",         "$.a",
                                     "$.a[1]",     "$.a[*].b[*]", "$.*[*]",      "$.*.*",
                                     "$.a.*.b[*]", "$[*][*]",     "$[0].a[*]",   "$.\"\"[*].a",
                                     "$.a[*].*",   "$.a.b.c[*]",  "$[*].a.*[0]", "$.a[0][*]"};

constexpr const char* document_paths[] = {
    "$.b",     "$.a",      "$",       "$.a[0].b",    "$.a[*].c",     "$.*.b",      "$.a[*].b[0]",
    "$.a[1]",  "$[*].b",   "$.b[*]",  "$.a[*].c[*]", "$.*.c[*].b",   "$.*",        "$[0][1]",
    "$.a.b.c", "$.a[*].b", "$.a.*.c", "$.\"\"",      "$[*][*][1].a", "$.c.*[0].*", "$.a.b"};

constexpr size_t row_path_count = sizeof row_paths / sizeof *row_paths;
constexpr size_t document_path_count = sizeof document_paths / sizeof *document_paths;

// --- Well-formed texts -----------------------------------------------------------------------

// A document made of the input's bytes, each of which is a choice: libFuzzer rarely finds long
// well-formed ones by itself.
class Maker {
  public:
    explicit Maker(std::string_view choices) : choices_(choices) {}

    std::string document() {
        value(0);
        return std::move(text_);
    }

  private:
    uint8_t choose() { return at_ < choices_.size() ? static_cast<uint8_t>(choices_[at_++]) : 0; }

    void blank(uint8_t choice) {
        constexpr const char* blanks[] = {"", " ", "\n", "\t\r\n"};
        text_ += choice < 0xc0 ? "" : blanks[choice & 3];
    }

    void value(int depth) {
        constexpr const char* scalars[] = {"null",        "true",       "false",    "0",
                                           "-1.5e3",      "\"\"",       "\"x\"",    "12",
                                           "\"\\u0061\"", "\"]\\\"}\"", "\"\\\\\"", "\"\xc3\xa9\""};
        const uint8_t choice = choose();
        blank(choice);
        if (depth < 6 && at_ < choices_.size() && (choice & 7) >= 3) {
            container(choice & 1, (choice >> 3) % 5, depth);
        } else {
            text_ += scalars[(choice >> 3) % (sizeof scalars / sizeof *scalars)];
        }
        blank(static_cast<uint8_t>(choice * 7));
    }

    void container(bool is_array, int size, int depth) {
        constexpr const char* names[] = {"a", "b", "c", "a", "b", "", "\\u0061", "d"};
        text_ += is_array ? '[' : '{';
        for (int i = 0; i < size; ++i) {
            text_ += i ? "," : "";
            if (!is_array) {
                const uint8_t choice = choose();
                blank(choice);
                text_ += '"' + std::string(names[choice & 7]) + '"';
                blank(static_cast<uint8_t>(choice * 3));
                text_ += ':';
            }
            value(depth + 1);
        }
        text_ += is_array ? ']' : '}';
    }

    std::string_view choices_;
    size_t at_ = 0;
    std::string text_;
};

// --- What paths mean -------------------------------------------------------------------------

struct Find {
    std::string_view text;
    std::string key; // of the last `.*`
};

std::string decoded(std::string_view name) {
    std::string result;
    decode_string('"' + std::string(name) + '"', result);
    return result;
}

// Calls visit(value, key) for what one step finds in a value.
template <typename Visit>
void take_step(const PathStep& step, std::string_view value, bool& came_twice, Visit visit) {
    const bool by_place =
        step.kind == PathStep::Kind::Elements || step.kind == PathStep::Kind::Index;
    if (by_place && value[0] != '[') { // lax
        if (step.kind == PathStep::Kind::Elements || step.index == 0)
            visit(value, std::string());
        return;
    }
    if (!by_place && value[0] != '{')
        return;
    ElementCursor cursor;
    cursor.begin(value);
    std::string_view element, name;
    std::string_view last;
    std::set<std::string> names;
    for (size_t place = 0; cursor.next(element, name); ++place) {
        switch (step.kind) {
        case PathStep::Kind::Elements:
            visit(element, std::string());
            break;
        case PathStep::Kind::Index:
            if (place == step.index)
                visit(element, std::string());
            break;
        case PathStep::Kind::Members:
            came_twice |= !names.insert(decoded(name)).second;
            visit(element, decoded(name));
            break;
        case PathStep::Kind::Member:
            if (decoded(name) != step.name)
                break;
            came_twice |= last.data() != nullptr;
            last = element;
            break;
        }
    }
    if (last.data())
        visit(last, std::string());
}

bool is_wildcard(const PathStep& step) {
    return step.kind == PathStep::Kind::Elements || step.kind == PathStep::Kind::Members;
}

void find_all(const JsonPath& path, size_t at, std::string_view value,
              std::vector<std::string_view>& finds) {
    if (at == path.size()) {
        finds.push_back(value);
        return;
    }
    bool unused = false;
    take_step(path[at], value, unused, [&](std::string_view found, const std::string&) {
        find_all(path, at + 1, found, finds);
    });
}

// A capture as the column of the scan shows it; of type json.
std::string show_find(std::string_view text) {
    return text == "null" ? "null" : "text " + std::string(text);
}

class Oracle {
  public:
    Oracle(JsonPath row_path, JsonPath document_path)
        : rows_(std::move(row_path)), path_(std::move(document_path)) {
        while (shared_ < rows_.size() && shared_ < path_.size() &&
               rows_[shared_].kind == path_[shared_].kind &&
               rows_[shared_].name == path_[shared_].name &&
               rows_[shared_].index == path_[shared_].index)
            ++shared_;
        for (size_t i = shared_; i < path_.size(); ++i)
            is_list_ |= is_wildcard(path_[i]);
    }

    bool is_list() const { return is_list_; }

    // "raw | key | document value" of each row.
    std::vector<std::string> rows;
    bool came_twice = false;

    void read(std::string_view document) { walk(0, document, ""); }

  private:
    void walk(size_t at, std::string_view value, const std::string& key) {
        context_.resize(at + 1);
        context_[at] = value;
        if (at == rows_.size()) {
            rows.push_back("text " + std::string(value) + " | text " + key + " | " +
                           document_value());
            return;
        }
        const bool names = rows_[at].kind == PathStep::Kind::Members;
        take_step(rows_[at], value, came_twice,
                  [&](std::string_view found, const std::string& name) {
                      walk(at + 1, found, names ? name : key);
                  });
    }

    std::string document_value() const {
        std::vector<std::string_view> finds;
        find_all(path_, shared_, context_[shared_], finds);
        if (!is_list_)
            return finds.empty() ? "null" : show_find(finds.back());
        if (finds.empty())
            return "null";
        std::string result = "[" + std::to_string(finds.size()) + "] {";
        for (size_t i = 0; i < finds.size(); ++i)
            result += (i ? ", " : "") + show_find(finds[i]);
        return result + "}";
    }

    JsonPath rows_;
    JsonPath path_;
    size_t shared_ = 0;
    bool is_list_ = false;
    std::vector<std::string_view> context_;
};

// --- The comparison --------------------------------------------------------------------------

[[noreturn]] void fail(const char* what, const ScanOutcome& outcome) {
    std::fprintf(stderr, "%s:\n%s\n", what, show(outcome).c_str());
    std::abort();
}

void expect_equal(const ScanOutcome& one, const ScanOutcome& other, const char* what) {
    if (one == other && one.counters.empty_documents == other.counters.empty_documents)
        return;
    std::fprintf(stderr, "%s\n", show(one).c_str());
    fail(what, other);
}

void check_places(const ScanOutcome& outcome, std::string_view text) {
    uint64_t last = 0;
    for (const ScannedRow& row : outcome.rows) {
        if (row.offset < last || row.offset >= text.size() || row.line != line_of(text, row.offset))
            fail("a row out of its place", outcome);
        last = row.offset;
    }
    const Error& error = outcome.error;
    if (error && (error.offset > text.size() || error.line != line_of(text, error.offset) ||
                  error.reason.empty()))
        fail("an error whose place is not in the file", outcome);
    if (outcome.counters.rejected != (error ? 1 : 0) ||
        outcome.counters.rows != outcome.rows.size())
        fail("miscounted", outcome);
}

// Whether it is one JSON text, for a decoder that knows no envelopes; `list`: what it finds by the
// row path as the path of an array column.
bool decode_whole(std::string_view text, const JsonPath& row_path, bool& too_deep,
                  std::vector<std::string>& list) {
    PathTree tree;
    const TargetId target = tree.add(row_path);
    tree.finish();
    RowDecoder decoder(tree);
    Error error;
    const bool well_formed = decoder.decode(text, error);
    too_deep = error.code == ErrorCode::TooDeep;
    if (!well_formed || !decoder.captures().found(target))
        return well_formed;
    if (!tree.is_list(target))
        list.emplace_back(decoder.captures().single(target).json());
    else
        for (const Capture& capture : decoder.captures().list(target))
            list.emplace_back(capture.json());
    return true;
}

bool has_members_step(const JsonPath& path) {
    for (const PathStep& step : path)
        if (step.kind == PathStep::Kind::Members)
            return true;
    return false;
}

void compare_rows(const ScanOutcome& outcome, std::string_view text, const JsonPath& row_path,
                  const char* document_path) {
    bool too_deep = false;
    std::vector<std::string> list;
    if (!decode_whole(text, row_path, too_deep, list)) {
        if (!outcome.error && !too_deep) // of a row the depth is its own
            fail("read, though it is not JSON", outcome);
        return;
    }
    Oracle oracle(row_path, path(document_path));
    oracle.read(text);
    if (oracle.came_twice) {
        // Rows that no document path goes through may be found before the second member is.
        if (!outcome.error)
            fail("a member on the way to the rows came twice", outcome);
        return;
    }
    if (outcome.error) {
        if (outcome.error.code == ErrorCode::LoneSurrogate ||
            outcome.error.code == ErrorCode::NulCharacter)
            return; // of a value, not of the text
        fail("refused, though it is JSON", outcome);
    }
    if (outcome.rows.size() != oracle.rows.size())
        fail("another number of rows", outcome);
    for (size_t i = 0; i < oracle.rows.size(); ++i) {
        if (outcome.rows[i].values == oracle.rows[i])
            continue;
        std::fprintf(stderr, "%s: row %zu should be\n%s\n", document_path, i,
                     oracle.rows[i].c_str());
        fail("another row", outcome);
    }
    if (outcome.counters.empty_documents != (oracle.rows.empty() ? 1 : 0))
        fail("documents without rows are miscounted", outcome);
    if (has_members_step(row_path))
        return;
    if (list.size() != oracle.rows.size())
        fail("RowDecoder finds another number of rows", outcome);
    for (size_t i = 0; i < list.size(); ++i)
        if (oracle.rows[i].compare(0, list[i].size() + 8, "text " + list[i] + " | ") != 0)
            fail("RowDecoder finds other rows", outcome);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr size_t header = 4;
    if (size < header)
        return 0;
    const JsonPath row_path = path(row_paths[data[0] % row_path_count]);
    const char* const document_path = document_paths[data[1] % document_path_count];
    const Reads reads = {data[2] + 1u, (data[2] & 15) + 1u, data[2] & 16 ? 2 : 0};
    const size_t maximum = data[3] & 1 ? 8u + data[3] : 4096u;
    std::string_view text(reinterpret_cast<const char*>(data) + header, size - header);
    const std::string made = data[3] & 4 ? Maker(text).document() : std::string();
    if (data[3] & 4)
        text = made;

    // One document: what stands around it and between documents is for scan_fuzz.
    ScanSpec spec;
    spec.row_path = row_path;
    spec.empty_rows_are_errors = false;
    const Oracle oracle(row_path, path(document_path));
    ColumnSpec value = document_column(Type::Json, {document_path});
    value.is_array = oracle.is_list();
    ColumnSpec raw_column = raw();
    raw_column.type = Type::Text;
    spec.columns = {raw_column, column_from(ColumnSource::Key), value};

    const Framing framing = data[3] & 2 ? Framing::Auto : Framing::Concatenated;
    const ScanOutcome outcome = scan_text(spec, text, framing, {}, 1024 * 1024);
    check_places(outcome, text);
    expect_equal(scan_text(spec, text, framing, reads, 1024 * 1024), outcome,
                 "read at once it is not the same");
    if (framing == Framing::Auto) // under which arrays are stripped: no more to compare
        return 0;

    // Read twice from a file that does not fit into memory: the same, or too large.
    SeekableText file(text, Reads(), data[3] >> 1);
    Scan twice(spec, framing, maximum);
    const ScanOutcome from_file = scan_source(twice, file);
    check_places(from_file, text);
    SeekableText pieces(text, reads);
    Scan by_pieces(spec, framing, maximum);
    expect_equal(scan_source(by_pieces, pieces), from_file, "from a file at once not the same");
    if (from_file.error.code != ErrorCode::TooLarge)
        expect_equal(from_file, outcome, "in memory it is not the same");

    // Without the document path the rows come as they are found.
    ScanSpec once = spec;
    once.columns.pop_back();
    const ScanOutcome first_walk = scan_text(once, text, framing, {}, 1024 * 1024);
    check_places(first_walk, text);
    expect_equal(scan_text(once, text, framing, reads, 1024 * 1024), first_walk,
                 "without a document path not the same");
    if (first_walk.rows.size() < outcome.rows.size() ||
        (!first_walk.error && outcome.error && outcome.error.column < 0))
        fail("a document path loses rows or errors", first_walk);

    // White space around one document, so that the decoder reads what the scan reads.
    const ScanOutcome trimmed = outcome;
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || trimmed.counters.documents != 1 ||
        text.substr(0, 3) == "\xEF\xBB\xBF")
        return 0;
    const size_t end = text.find_last_not_of(" \t\r\n,") + 1;
    if (end > begin)
        compare_rows(outcome, text.substr(begin, end - begin), row_path, document_path);
    return 0;
}
