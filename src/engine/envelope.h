// Rows within documents: finds the matches of a row path in a document that need not fit into
// memory.
//
// The walk reads the document's text as it comes, checks it strictly (RFC 8259), and stops at each
// row. Whoever calls it finds the row's extent and lets it go on behind it. What is between the
// rows is small: a token at a time must fit into memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "document_values.h"
#include "error.h"
#include "extent.h"
#include "path_tree.h"
#include "reference_walk.h"
#include "engine_only.h"

namespace weather {

// Follows row path and document paths through a document. As RowHandler, but with `.*`, with rows
// that are left out, and with values given by their JSON text.
class EnvelopeHandler {
  public:
    EnvelopeHandler(PathTree& tree, DocumentValues& values, size_t maximum_size)
        : tree_(tree), values_(values), most_kept_(std::max(maximum_size, least_kept)) {}

    // A walk over a document begins. Only a collecting walk looks for the document paths.
    void begin_document(bool collecting);

    // The next value begins: finds the nodes for it. To be called before scalar(), start() and
    // pass_row(), once.
    void begin_value(bool is_array);
    bool at_row() const;     // the value is a row
    bool wants_text() const; // the value's text is wanted as a whole, container or not
    bool wants_row() const;  // ... of a row, or something within it
    std::string_view row_key() const { return row_key_; } // of the innermost `.*`

    void member(std::string_view name);
    void scalar(std::string_view value);
    void start(bool is_array);
    void end();
    // The whole text of a container whose start() comes next.
    void capture_text(std::string_view value);
    // The value was a row, and this is its text, which must be UTF-8 if wants_row(). False, with
    // `fault`, if it is wanted and malformed.
    bool pass_row(std::string_view row, ReferenceWalk& walk, WalkFault& fault);

    // A member on the way to the rows that came twice in one object: of which the rows are, would
    // be known only at its end.
    bool row_member_came_twice() const { return came_twice_; }

    // What is more than is to be kept of one document, as a reason; or null.
    const char* keeps_too_much() const {
        return values_.bytes() > most_kept_
                   ? "the values of the document_path columns are longer than maximum_object_size"
               : names_bytes_ > most_kept_
                   ? "the names that .* stands for are longer than maximum_object_size"
                   : nullptr;
    }

  private:
    // The books about a few values are larger than a small maximum_object_size.
    static constexpr size_t least_kept = 64 * 1024;

    struct Frame {
        bool is_array;
        uint32_t element;
        uint32_t last;
        uint32_t first; // its nodes are active_[first .. end)
        uint32_t end;
        uint64_t object;
        std::unordered_set<std::string> names; // where `.*` leads to rows: to find duplicates
        size_t names_bytes;
    };
    class Inside;

    void push(PathNode* node);
    void capture(size_t first, size_t end, std::string_view value); // for nodes of active_
    void enter_member(PathNode& child, uint64_t object);
    uint32_t first_pending() const { return frames_.empty() ? 0 : frames_.back().end; }

    PathTree& tree_;
    DocumentValues& values_;
    size_t most_kept_;
    std::vector<Frame> frames_;
    std::vector<PathNode*> active_;
    uint64_t objects_ = 0;
    bool collecting_ = false;
    bool came_twice_ = false;
    size_t names_bytes_ = 0;
    std::string member_; // name of the last member
    std::string row_key_;
};

class EnvelopeWalk {
  public:
    enum class Step : uint8_t {
        Row,       // the text from `at` on is a row: pass it, then call row_passed()
        NeedInput, // more of the text, then again
        End,       // the document ends at `at`
        Fault,     // fault() says why, at `at`
    };

    // Tokens longer than `maximum_size` bytes are TooLarge.
    EnvelopeWalk(EnvelopeHandler& handler, size_t maximum_size)
        : handler_(handler), maximum_size_(maximum_size) {}

    void begin();

    // `text`: from some place of the document on, that at which the last call left `at`, counted
    // from the new text's beginning. `ended`: nothing comes behind it. `one_line`: the document may
    // not cross a line end.
    Step next(std::string_view text, size_t& at, bool ended, bool one_line);
    void row_passed() { value_done(); }

    const std::string& fault() const { return fault_; }
    ErrorCode fault_code() const { return fault_code_; }

    // Once it has ended: whether the document was an object or array.
    bool was_container() const { return was_container_; }

  private:
    enum class Expect : uint8_t { Value, ValueOrEnd, Member, MemberOrEnd, Colon, CommaOrEnd, End };

    Step token(std::string_view text, size_t& at);
    Step value(std::string_view text, size_t& at);
    Step member(std::string_view text, size_t& at);
    Step punctuation(char c, size_t& at);
    Step container(std::string_view text, size_t& at);
    bool check_token(std::string_view token, size_t& at);
    Step take_token(std::string_view text, size_t& at, std::string_view& token);
    Step fail(const char* reason, ErrorCode code = ErrorCode::Syntax);
    void value_done();

    EnvelopeHandler& handler_;
    size_t maximum_size_;
    bool ended_ = false; // see next()
    bool one_line_ = false;
    std::vector<bool> arrays_; // the open containers: whether each is an array
    Expect expect_ = Expect::Value;
    bool value_begun_ = false; // the handler has been told of the value that comes next
    bool was_container_ = false;
    ExtentScanner scanner_; // of the token at hand
    std::string decoded_;
    std::string fault_;
    ErrorCode fault_code_ = ErrorCode::None;
};

} // namespace weather
