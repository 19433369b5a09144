// A clause prunes files if all that it reads of the relation is known of a file as a whole: it is
// evaluated for the file, whatever its operators. Two forms spare more than the reading: an
// equality with the file's name spares listing directories, a bound of the offset spares the
// file's beginning or end.
#include "prune_plan.h"

extern "C" {
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_opfamily_d.h"
#include "optimizer/clauses.h"
}

namespace weather {

namespace {

bool may_be_of_file(const Column& column) {
    if (column.may_be_partition)
        return true;
    switch (column.options->metadata) {
    case Metadata::Filename:
    case Metadata::Size:
    case Metadata::Mtime:
        return true;
    default:
        return false;
    }
}

const Column* find_column(const Columns* columns, AttrNumber attribute) {
    for (int i = 0; i < columns->count; ++i)
        if (columns->items[i].attribute == attribute)
            return &columns->items[i];
    return nullptr; // the whole row, or a system column
}

Bitmapset* columns_read(const RelOptInfo* relation, const Node* expression) {
    Bitmapset* read = nullptr;
    pull_varattnos(const_cast<Node*>(expression), relation->relid, &read);
    return read;
}

// Whether it has the same value in all of a scan, as far as rows do not come into it.
bool is_stable(const Node* expression) {
    Node* node = const_cast<Node*>(expression);
    return !contain_volatile_functions(node) && !contain_subplans(node);
}

// Whether the clause can be decided for a file as a whole, if partitions come into it: for some.
bool is_file_qual(const RelOptInfo* relation, const Columns* columns, const Expr* clause) {
    const Bitmapset* read = columns_read(relation, reinterpret_cast<const Node*>(clause));
    if (bms_is_empty(read) || !is_stable(reinterpret_cast<const Node*>(clause)))
        return false;
    for (int member = -1; (member = bms_next_member(read, member)) >= 0;) {
        const Column* column = find_column(
            columns, static_cast<AttrNumber>(member + FirstLowInvalidHeapAttributeNumber));
        if (!column || !may_be_of_file(*column))
            return false;
    }
    return true;
}

// The relation's column that an expression is, if it shows `metadata`.
bool is_metadata(const RelOptInfo* relation, const Columns* columns, const Node* expression,
                 Metadata metadata) {
    if (!IsA(expression, Var))
        return false;
    const Var* variable = reinterpret_cast<const Var*>(expression);
    if (variable->varno != static_cast<int>(relation->relid) || variable->varlevelsup > 0)
        return false;
    const Column* column = find_column(columns, variable->varattno);
    return column && column->options->metadata == metadata;
}

bool can_be_known_before(const RelOptInfo* relation, const Node* expression) {
    return bms_is_empty(columns_read(relation, expression)) && is_stable(expression);
}

// What a file's name is to be equal to, byte for byte: text or text[]; null if it is no such
// clause.
Node* find_filename(const RelOptInfo* relation, const Columns* columns, const Expr* clause) {
    List* arguments = NIL;
    Oid collation = InvalidOid;
    Oid function = InvalidOid;
    if (IsA(clause, OpExpr)) {
        const OpExpr* operation = reinterpret_cast<const OpExpr*>(clause);
        arguments = operation->args;
        collation = operation->inputcollid;
        function = get_opcode(operation->opno);
    } else if (IsA(clause, ScalarArrayOpExpr)) {
        const ScalarArrayOpExpr* operation = reinterpret_cast<const ScalarArrayOpExpr*>(clause);
        arguments = operation->useOr ? operation->args : NIL;
        collation = operation->inputcollid;
        function = get_opcode(operation->opno);
    }
    if (function != F_TEXTEQ || list_length(arguments) != 2 ||
        !get_collation_isdeterministic(collation))
        return nullptr;
    Node* left = static_cast<Node*>(linitial(arguments));
    Node* right = static_cast<Node*>(lsecond(arguments));
    if (!is_metadata(relation, columns, left, Metadata::Filename)) {
        if (!IsA(clause, OpExpr))
            return nullptr;
        Node* other = left;
        left = right;
        right = other;
    }
    return is_metadata(relation, columns, left, Metadata::Filename) &&
                   can_be_known_before(relation, right)
               ? right
               : nullptr;
}

bool is_lower_bound(Oid opno) {
    switch (get_op_opfamily_strategy(opno, INTEGER_BTREE_FAM_OID)) {
    case BTGreaterStrategyNumber:
    case BTGreaterEqualStrategyNumber:
    case BTEqualStrategyNumber:
        return true;
    default:
        return false;
    }
}

bool is_upper_bound(Oid opno) {
    return get_op_opfamily_strategy(opno, INTEGER_BTREE_FAM_OID) == BTLessStrategyNumber;
}

// What bounds the row's offset; null if it is no such clause.
Node* find_offset(const RelOptInfo* relation, const Columns* columns, const Expr* clause,
                  bool (*is_bound)(Oid opno)) {
    if (!IsA(clause, OpExpr))
        return nullptr;
    const OpExpr* operation = reinterpret_cast<const OpExpr*>(clause);
    if (list_length(operation->args) != 2)
        return nullptr;
    Node* left = static_cast<Node*>(linitial(operation->args));
    Node* right = static_cast<Node*>(lsecond(operation->args));
    if (is_metadata(relation, columns, left, Metadata::Offset))
        return is_bound(operation->opno) && can_be_known_before(relation, right) ? right : nullptr;
    if (is_metadata(relation, columns, right, Metadata::Offset))
        return is_bound(get_commutator(operation->opno)) && can_be_known_before(relation, left)
                   ? left
                   : nullptr;
    return nullptr;
}

// Not before a security barrier's own quals: evaluating could tell what those hide.
bool can_be_tried_first(const RelOptInfo* relation, RestrictInfo* restriction) {
    return !restriction->pseudoconstant &&
           restriction_is_securely_promotable(restriction, const_cast<RelOptInfo*>(relation));
}

} // namespace

List* clauses_but_names(const RelOptInfo* relation, const Columns* columns, List* clauses) {
    List* result = NIL;
    ListCell* cell;
    foreach (cell, clauses) {
        auto* restriction = static_cast<RestrictInfo*>(lfirst(cell));
        if (!find_filename(relation, columns, restriction->clause))
            result = lappend(result, restriction);
    }
    return result;
}

Node* find_filenames(const RelOptInfo* relation, const Columns* columns, List* clauses) {
    ListCell* cell;
    foreach (cell, clauses) {
        auto* restriction = static_cast<RestrictInfo*>(lfirst(cell));
        if (!can_be_tried_first(relation, restriction))
            continue;
        if (Node* filename = find_filename(relation, columns, restriction->clause))
            return filename;
    }
    return nullptr;
}

List* names_in(Datum value, Oid type) {
    if (type != TEXTARRAYOID)
        return list_make1(TextDatumGetCString(value));
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      &nulls, &count);
    List* names = NIL;
    for (int i = 0; i < count; ++i)
        if (!nulls[i])
            names = lappend(names, TextDatumGetCString(elements[i]));
    return names;
}

List* find_prune_expressions(const RelOptInfo* relation, const Columns* columns, List* clauses) {
    List* quals = NIL;
    List* offsets = NIL;
    List* ends = NIL;
    ListCell* cell;
    foreach (cell, clauses) {
        auto* restriction = static_cast<RestrictInfo*>(lfirst(cell));
        if (!can_be_tried_first(relation, restriction))
            continue;
        if (is_file_qual(relation, columns, restriction->clause))
            quals = lappend(quals, restriction->clause);
        if (Node* offset = find_offset(relation, columns, restriction->clause, is_lower_bound))
            offsets = lappend(offsets, offset);
        if (Node* end = find_offset(relation, columns, restriction->clause, is_upper_bound))
            ends = lappend(ends, end);
    }
    if (quals == NIL && offsets == NIL && ends == NIL)
        return NIL;
    // One equality with the name will do: the quals check the others.
    Node* filename = find_filenames(relation, columns, clauses);
    List* filenames = filename ? list_make1(filename) : NIL;
    return list_make4(quals, filenames, offsets, ends); // by PruneExpressions
}

} // namespace weather
