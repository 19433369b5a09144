// A pattern is walked directory by directory: each level opens one directory, matches the names in
// it against one component of the pattern, and goes on below the matches.
#include "file_list.h"

#include "file_access.h"
#include "report.h"

#include <fnmatch.h>

namespace weather {

namespace {

struct Paths {
    char** items;
    int count;
    int capacity;
};

void add_path(Paths* paths, char* path) {
    if (paths->count == paths->capacity) {
        paths->capacity *= 2;
        paths->items = static_cast<char**>(
            repalloc_huge(paths->items, static_cast<Size>(paths->capacity) * sizeof(char*)));
    }
    paths->items[paths->count++] = path;
}

bool has_wildcard(const char* text) {
    return strpbrk(text, "*?[") != nullptr;
}

struct Walk {
    const TableOptions* options;
    Paths* found;
    Missing missing;
};

enum class FileKind : uint8_t { Missing, Regular, Directory, Other };

// Follows symbolic links.
FileKind kind_of(const Walk* state, const char* path) {
    struct stat info;
    if (stat_path(state->options, path, &info) != 0) {
        if (errno == ENOENT || errno == ENOTDIR || state->missing == Missing::IsFine)
            return FileKind::Missing;
        if (errno == ELOOP || errno == ENAMETOOLONG)
            return FileKind::Other;
        report_path_error("stat file", path);
    }
    return S_ISREG(info.st_mode)   ? FileKind::Regular
           : S_ISDIR(info.st_mode) ? FileKind::Directory
                                   : FileKind::Other;
}

// The kind of a directory's entry, without a system call where the file system tells.
FileKind kind_of_entry(const Walk* state, const struct dirent* entry, const char* path) {
    switch (entry->d_type) {
    case DT_REG:
        return FileKind::Regular;
    case DT_DIR:
        return FileKind::Directory;
    case DT_LNK:
    case DT_UNKNOWN:
        return kind_of(state, path);
    default:
        return FileKind::Other;
    }
}

char* join(const char* directory, const char* name) {
    const bool ends_with_slash = directory[strlen(directory) - 1] == '/';
    return psprintf("%s%s%s", directory, ends_with_slash ? "" : "/", name);
}

// Whether a link leads to this entry: ** does not follow links to directories, they may lead in a
// circle.
bool is_linked(const Walk* state, const struct dirent* entry, const char* path) {
    return entry->d_type == DT_LNK ||
           (entry->d_type == DT_UNKNOWN && is_symbolic_link(state->options, path));
}

// Null if it cannot be read, and that is fine.
DIR* open_listed(const Walk* state, const char* directory) {
    DIR* dir = open_directory(state->options, directory);
    if (!dir && state->missing == Missing::IsError)
        report_path_error("open directory", directory);
    return dir;
}

void walk(const Walk* state, const char* directory, const char* pattern);

// One entry of `directory` against the first component of `pattern`; `rest` is what follows it,
// null at the end.
void walk_entry(const Walk* state, const char* directory, const struct dirent* entry,
                const char* component, const char* pattern, const char* rest) {
    const char* name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    const bool any_depth = strcmp(component, "**") == 0;
    // ** does not follow symbolic links to directories: they may lead in a circle.
    if (any_depth && rest && entry->d_type == DT_LNK)
        return;
    if (fnmatch(any_depth ? "*" : component, name, FNM_PERIOD) != 0)
        return;
    char* path = join(directory, name);
    const FileKind kind = kind_of_entry(state, entry, path);
    if (kind == FileKind::Directory &&
        (any_depth ? !is_linked(state, entry, path) : rest != nullptr))
        walk(state, path, any_depth ? pattern : rest);
    if (kind == FileKind::Regular && !rest)
        add_path(state->found, path);
    else
        pfree(path);
}

void walk(const Walk* state, const char* directory, const char* pattern) {
    check_stack_depth();
    const char* slash = strchr(pattern, '/');
    const char* rest = slash ? slash + 1 : nullptr;
    char* component =
        slash ? pnstrdup(pattern, static_cast<Size>(slash - pattern)) : pstrdup(pattern);
    if (strcmp(component, "**") == 0 && rest)
        walk(state, directory, rest); // no directory at all
    DIR* dir = open_listed(state, directory);
    if (!dir)
        return;
    while (const struct dirent* entry = ReadDir(dir, directory)) {
        CHECK_FOR_INTERRUPTS();
        walk_entry(state, directory, entry, component, pattern, rest);
    }
    FreeDir(dir);
}

void list_directory(const Walk* state, const char* directory) {
    DIR* dir = open_listed(state, directory);
    if (!dir)
        return;
    while (const struct dirent* entry = ReadDir(dir, directory)) {
        CHECK_FOR_INTERRUPTS();
        if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
            continue;
        char* path = join(directory, entry->d_name);
        if (kind_of_entry(state, entry, path) == FileKind::Regular)
            add_path(state->found, path);
    }
    FreeDir(dir);
}

[[noreturn]] void report_missing(const char* path) {
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_FILE),
             errmsg("could not open file \"%s\": No such file or directory", printable(path))));
    pg_unreachable();
}

// Everything up to the slash before the first wildcard; `pattern` is what follows.
char* fixed_part(const char* path, const char** pattern) {
    const char* slash = path;
    for (const char* at = path; *at && !strchr("*?[", *at); ++at)
        if (*at == '/')
            slash = at;
    *pattern = slash + 1;
    return slash == path ? pstrdup("/") : pnstrdup(path, static_cast<Size>(slash - path));
}

void expand(const Walk* state, const char* path) {
    if (!has_wildcard(path)) {
        switch (kind_of(state, path)) {
        case FileKind::Directory:
            list_directory(state, path);
            return;
        case FileKind::Missing:
            if (state->missing == Missing::IsError)
                report_missing(path);
            return;
        default: // what is no regular file is refused when it is opened
            add_path(state->found, pstrdup(path));
            return;
        }
    }
    const char* pattern;
    char* fixed = fixed_part(path, &pattern);
    if (kind_of(state, fixed) == FileKind::Missing) {
        if (state->missing == Missing::IsError)
            report_missing(fixed);
        return;
    }
    walk(state, fixed, pattern);
}

int compare_paths(const void* left, const void* right) {
    return strcmp(*static_cast<char* const*>(left), *static_cast<char* const*>(right));
}

// A file that several elements of the option name is read once.
void sort_and_unique(Paths* paths) {
    qsort(paths->items, static_cast<size_t>(paths->count), sizeof(char*), compare_paths);
    int kept = 0;
    for (int i = 0; i < paths->count; ++i)
        if (kept == 0 || strcmp(paths->items[kept - 1], paths->items[i]) != 0)
            paths->items[kept++] = paths->items[i];
    paths->count = kept;
}

// What of `path` is below `directory`, as join() puts them together; null: it is not.
const char* below(const char* directory, const char* path) {
    const size_t length = strlen(directory);
    if (strncmp(path, directory, length) != 0)
        return nullptr;
    path += length;
    if (directory[length - 1] == '/')
        return path;
    return *path == '/' ? path + 1 : nullptr;
}

// Whether walk() would come from a pattern to `path`, whose part that the pattern is about begins
// at `names`.
bool is_match(const Walk* state, const char* path, const char* names, const char* pattern) {
    check_stack_depth();
    const char* slash = strchr(pattern, '/');
    const char* rest = slash ? slash + 1 : nullptr;
    char* component =
        slash ? pnstrdup(pattern, static_cast<Size>(slash - pattern)) : pstrdup(pattern);
    const bool any_depth = strcmp(component, "**") == 0;
    if (any_depth && rest && is_match(state, path, names, rest))
        return true;
    const char* name_end = strchrnul(names, '/');
    char* name = pnstrdup(names, static_cast<Size>(name_end - names));
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        fnmatch(any_depth ? "*" : component, name, FNM_PERIOD) != 0)
        return false;
    if (*name_end == '\0')
        return !rest;
    if (!any_depth)
        return rest && is_match(state, path, name_end + 1, rest);
    return !is_symbolic_link(state->options, pnstrdup(path, static_cast<Size>(name_end - path))) &&
           is_match(state, path, name_end + 1, pattern);
}

// Adds `path` if expanding `element` would.
void look_up(const Walk* state, const char* element, const char* path) {
    if (!has_wildcard(element) && strcmp(path, element) == 0) {
        if (kind_of(state, path) != FileKind::Directory)
            expand(state, element);
        return;
    }
    bool found;
    if (has_wildcard(element)) {
        const char* pattern;
        const char* names = below(fixed_part(element, &pattern), path);
        found = names && is_match(state, path, names, pattern);
    } else {
        const char* name = below(element, path);
        found = name && *name && !strchr("._", *name) && !strchr(name, '/');
    }
    if (found && kind_of(state, path) == FileKind::Regular)
        add_path(state->found, pstrdup(path));
}

Paths no_paths() {
    constexpr int initial = 64;
    return {static_cast<char**>(palloc(initial * sizeof(char*))), 0, initial};
}

} // namespace

FileList list_files(const TableOptions* options, Missing missing) {
    Paths paths = no_paths();
    const Walk state = {options, &paths, missing};
    if (options->filename)
        add_path(&paths, pstrdup(options->filename));
    ListCell* cell;
    foreach (cell, options->files)
        expand(&state, strVal(lfirst(cell)));
    sort_and_unique(&paths);
    return {paths.items, paths.count};
}

FileList look_up_files(const TableOptions* options, List* names, Missing missing) {
    Paths paths = no_paths();
    const Walk state = {options, &paths, missing};
    ListCell* name_cell;
    foreach (name_cell, names) {
        CHECK_FOR_INTERRUPTS();
        const char* path = static_cast<const char*>(lfirst(name_cell));
        if (options->filename && strcmp(path, options->filename) == 0)
            add_path(&paths, pstrdup(path));
        ListCell* cell;
        foreach (cell, options->files)
            look_up(&state, strVal(lfirst(cell)), path);
    }
    sort_and_unique(&paths);
    return {paths.items, paths.count};
}

} // namespace weather
