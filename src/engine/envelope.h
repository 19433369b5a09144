// Rows within documents: finds the matches of a row path in a document that need not fit into
// memory.
//
// The walk reads the document's text as it comes, checks it strictly (RFC 8259), and stops at each
// row. Whoever calls it finds the row's extent and lets it go on behind it. What is between the
// rows is small: a token at a time must fit into memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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
    EnvelopeHandler(PathTree& tree, DocumentValues& values) : tree_(tree), values_(values) {}

    // A walk over a document begins. Only a collecting walk looks for the document paths.
    void begin_document(bool collecting);

    // The next value begins: finds the nodes for it. To be called before scalar(), start() and
    // pass_row(), once.
    void begin_value(bool is_array);
    bool at_row() const;     // the value is a row
    bool wants_text() const; // the value's text is wanted as a whole, container or not
    std::string_view row_key() const { return row_key_; } // of the innermost `.*`

    void member(std::string_view name);
    void scalar(std::string_view value);
    void start(bool is_array);
    void end();
    // The whole text of a container whose start() comes next.
    void capture_text(std::string_view value);
    // The value was a row, and this is its text. False, with `fault`, if it had to be looked into
    // and is malformed.
    bool pass_row(std::string_view row, ReferenceWalk& walk, WalkFault& fault);

    // A member on the way to the rows that came twice in one object: of which the rows are, would
    // be known only at its end.
    bool row_member_came_twice() const { return came_twice_; }

  private:
    struct Frame {
        bool is_array;
        uint32_t element;
        uint32_t last;
        uint32_t first; // its nodes are active_[first .. end)
        uint32_t end;
        uint64_t object;
    };
    class Inside;

    void push(PathNode* node);
    void enter_member(PathNode& child, uint64_t object);
    uint32_t first_pending() const { return frames_.empty() ? 0 : frames_.back().end; }

    PathTree& tree_;
    DocumentValues& values_;
    std::vector<Frame> frames_;
    std::vector<PathNode*> active_;
    uint64_t objects_ = 0;
    bool collecting_ = false;
    bool came_twice_ = false;
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

    explicit EnvelopeWalk(EnvelopeHandler& handler) : handler_(handler) {}

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

    Step value(std::string_view text, size_t& at, bool ended);
    Step member(std::string_view text, size_t& at, bool ended);
    Step punctuation(char c, size_t& at);
    Step container(std::string_view text, size_t& at, bool ended);
    bool check_token(std::string_view token, size_t& at);
    Step take_token(std::string_view text, size_t at, bool ended, std::string_view& token);
    Step fail(const char* reason, ErrorCode code = ErrorCode::Syntax);
    Step close(size_t& at);
    void value_done();

    EnvelopeHandler& handler_;
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
