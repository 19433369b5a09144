// Both decoders must give the same answer for every text. The fast one may say "ask the reference",
// so what is checked is: whatever it accepts, the reference accepts with the same captures.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fast_walk.h"
#include "reference_walk.h"
#include "row_handler.h"
#include "utf8.h"

using namespace weather;

namespace {

constexpr const char* paths[] = {"$",        "$.a",        "$.a.b",   "$.a[0]",  "$.a[*]",
                                 "$.a[*].b", "$.b[1].c",   "$[*]",    "$[0][*]", "$.\"\"",
                                 "$.c",      "$.a.b.c[*]", "$.d[*].e"};

PathTree make_tree() {
    PathTree tree;
    for (const char* text : paths) {
        JsonPath path;
        PathError error;
        if (!parse_path(text, path, error))
            std::abort();
        tree.add(path);
    }
    tree.finish();
    return tree;
}

void fail(const char* what, size_t target) {
    std::fprintf(stderr, "decoders differ: %s, path %s\n", what, paths[target]);
    std::abort();
}

void compare(const Capture& fast, const Capture& reference, size_t target) {
    if (fast.kind != reference.kind)
        fail("kind", target);
    if (!fast.found())
        return; // what the other members hold then is of an earlier row
    if (fast.text != reference.text)
        fail("text", target);
    if (fast.json() != reference.json())
        fail("raw text", target);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view row(reinterpret_cast<const char*>(data), size);
    if (find_invalid_utf8(row) != row.size())
        return 0;
    static PathTree fast_tree = make_tree();
    static PathTree reference_tree = make_tree();
    static Captures fast(fast_tree);
    static Captures reference(reference_tree);
    static RowHandler fast_handler(fast_tree, fast);
    static RowHandler reference_handler(reference_tree, reference);
    static ReferenceWalk reference_walk;

    WalkFault fault;
    const bool well_formed = reference_walk.walk(row, reference_handler, fault);
    if (!fast_walk(row, fast_handler)) {
        if (well_formed && row.find('\\') == std::string_view::npos)
            fail("the fast decoder refuses what needs no reference", 0);
        return 0;
    }
    if (!well_formed)
        fail("accepted by the fast decoder alone", 0);
    for (TargetId target = 0; target < fast_tree.targets(); ++target) {
        if (!fast_tree.is_list(target)) {
            compare(fast.single(target), reference.single(target), target);
            continue;
        }
        if (fast.list(target).size() != reference.list(target).size())
            fail("count", target);
        for (size_t i = 0; i < fast.list(target).size(); ++i)
            compare(fast.list(target)[i], reference.list(target)[i], target);
    }
    return 0;
}
