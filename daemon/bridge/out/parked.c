/*
 * parked: see parked.h. A line is an object: {"id", "account", "seq", "at", "why", "rep"} of one
 * that came,
 * {"gone": ID} of one that went. The last line about a ticket counts.
 */
#include "bridge/out/parked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#define PATH_SIZE  512
#define CHUNK      65536
#define DEAD_LINES 1000 /* that may stand beside as many as are alive */

struct eh_parked {
    char path[PATH_SIZE];
    int fd;
    bool reads_only;
    uint32_t max, count;
    uint64_t lines;        /* in the file */
    int64_t size;          /* bytes of the file, whole lines */
    struct eh_table where; /* id → offset of its line */
};

static int failed(const struct eh_parked *parked, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be %s: %s", parked->path, what,
                        strerror(errno));
}

/* ---- A line. */

static json_t *text_of(struct eh_str text)
{
    return json_stringn(text.data ? text.data : "", text.size);
}

/* NULL: no memory, or no text. Freed by free(). */
static char *line_of(const struct eh_parked_item *item)
{
    json_t *rep = item->rep.size > 0 ? text_of(item->rep) : NULL;
    json_t *line = json_pack("{s:o, s:o, s:I, s:I, s:o, s:o*}", "id", text_of(item->id), "account",
                             text_of(item->account), "seq", (json_int_t)item->seq, "at",
                             (json_int_t)item->at_s, "why",
                             text_of(eh_str_cut(item->why, EH_PARKED_WHY_MAX)), "rep", rep);
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    return text;
}

static struct eh_str member(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    return eh_str_n(json_string_value(value), json_string_length(value));
}

/* The text stands in the line. */
static void item_read(const json_t *line, struct eh_parked_item *ret)
{
    *ret =
        (struct eh_parked_item){.id = member(line, "id"),
                                .account = member(line, "account"),
                                .why = member(line, "why"),
                                .rep = member(line, "rep"),
                                .seq = (uint64_t)json_integer_value(json_object_get(line, "seq")),
                                .at_s = json_integer_value(json_object_get(line, "at"))};
}

/* ---- The file from its first line to its last. */

/* One line: where it begins, and its bytes without the newline. Other than 0 ends the walk. */
typedef int line_fn(void *context, int64_t at, struct eh_str line);

struct walk {
    const struct eh_parked *parked;
    char *bytes;
    size_t held;
    int64_t at; /* where `bytes` begins */
};

/* Gives on all whole lines that are held. */
static int walk_lines(struct walk *walk, line_fn *each, void *context)
{
    size_t from = 0;
    int r = 0;
    for (const char *end; r == 0; from = (size_t)(end - walk->bytes) + 1) {
        end = memchr(walk->bytes + from, '\n', walk->held - from);
        if (!end)
            break;
        struct eh_str line = eh_str_n(walk->bytes + from, (size_t)(end - walk->bytes) - from);
        r = each(context, walk->at + (int64_t)from, line);
    }
    memmove(walk->bytes, walk->bytes + from, walk->held - from);
    walk->held -= from;
    walk->at += (int64_t)from;
    return r;
}

static int walk_on(struct walk *walk, line_fn *each, void *context, struct eh_error *error)
{
    for (;;) {
        ssize_t n = pread(walk->parked->fd, walk->bytes + walk->held, CHUNK - walk->held,
                          walk->at + (int64_t)walk->held);
        if (n < 0)
            return failed(walk->parked, "read", error);
        walk->held += (size_t)n;
        int r = walk_lines(walk, each, context);
        if (r != 0 || n == 0)
            return r;
        if (walk->held == CHUNK)
            return eh_error_set(error, EH_ECORRUPT, "%s: byte %lld: the line has no end",
                                walk->parked->path, (long long)walk->at);
    }
}

/* *ret_end: behind the last whole line. */
static int file_walk(const struct eh_parked *parked, line_fn *each, void *context, int64_t *ret_end,
                     struct eh_error *error)
{
    struct walk walk = {.parked = parked, .bytes = malloc(CHUNK)};
    if (!walk.bytes)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", parked->path);
    int r = walk_on(&walk, each, context, error);
    free(walk.bytes);
    *ret_end = walk.at;
    return r;
}

/* ---- Opening. */

struct loading {
    struct eh_parked *parked;
    struct eh_error *error;
};

static int line_note(struct eh_parked *parked, const json_t *line, int64_t at)
{
    uint64_t before;
    struct eh_str gone = member(line, "gone"), id = member(line, "id");
    struct eh_key key = eh_key_of_text(gone.data ? gone : id);
    bool there = eh_table_get(&parked->where, key, &before);
    if (gone.data) {
        parked->count -= eh_table_remove(&parked->where, key) ? 1 : 0;
        return 0;
    }
    parked->count += there ? 0 : 1;
    return eh_table_put(&parked->where, key, (uint64_t)at);
}

static int line_load(void *context, int64_t at, struct eh_str text)
{
    const struct loading *loading = context;
    struct eh_parked *parked = loading->parked;
    json_t *line = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    bool ours = json_is_string(json_object_get(line, "gone")) ||
                json_is_string(json_object_get(line, "id"));
    parked->lines++;
    int r = 0;
    if (!ours)
        r = eh_error_set(loading->error, EH_ECORRUPT,
                         "%s: line %llu is none of ours; take the line away or move the file",
                         parked->path, (unsigned long long)parked->lines);
    else if (line_note(parked, line, at) < 0)
        r = eh_error_set(loading->error, EH_ENOMEM, "%s: out of memory", parked->path);
    json_decref(line);
    return r;
}

static int load(struct eh_parked *parked, struct eh_error *error)
{
    struct loading loading = {parked, error};
    int r = file_walk(parked, line_load, &loading, &parked->size, error);
    if (r == 0 && !parked->reads_only && ftruncate(parked->fd, parked->size) != 0)
        r = failed(parked, "cut behind its last line", error);
    return r;
}

/* ---- Taking out what went. */

struct copying {
    const struct eh_parked *from;
    FILE *to;
    struct eh_table where;
    int64_t size;
    uint64_t lines;
};

/* The line that counts for its ticket. */
static bool line_lives(const struct eh_parked *parked, const json_t *line, int64_t at)
{
    uint64_t stands;
    struct eh_str id = member(line, "id");
    return id.data && eh_table_get(&parked->where, eh_key_of_text(id), &stands) &&
           stands == (uint64_t)at;
}

static int line_copy(void *context, int64_t at, struct eh_str text)
{
    struct copying *copying = context;
    json_t *line = json_loadb(text.data, text.size, 0, NULL);
    int r = 0;
    if (line_lives(copying->from, line, at)) {
        r = eh_table_put(&copying->where, eh_key_of_text(member(line, "id")),
                         (uint64_t)copying->size);
        fwrite(text.data, 1, text.size, copying->to);
        fputc('\n', copying->to);
        copying->size += text.size + 1;
        copying->lines++;
    }
    json_decref(line);
    return r;
}

/* The new file takes the place of the old one. */
static int copy_take(struct eh_parked *parked, struct copying *copying, const char *fresh)
{
    bool ok = fflush(copying->to) == 0 && fsync(fileno(copying->to)) == 0 &&
              rename(fresh, parked->path) == 0;
    /* Whoever fsyncs it knows the descriptor by its number. */
    if (!ok || dup3(fileno(copying->to), parked->fd, O_CLOEXEC) < 0)
        return -EH_EUNAVAILABLE;
    eh_table_done(&parked->where);
    parked->where = copying->where;
    parked->size = copying->size;
    parked->lines = copying->lines;
    return 0;
}

static int rewrite(struct eh_parked *parked, struct eh_error *error)
{
    char fresh[PATH_SIZE + 8];
    int64_t end;
    eh_format(fresh, sizeof fresh, "%s.new", parked->path);
    int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct copying copying = {.from = parked, .to = fd < 0 ? NULL : fdopen(fd, "a+")};
    if (!copying.to) {
        int r = failed(parked, "written anew", error);
        if (fd >= 0)
            close(fd);
        return r;
    }
    int r = file_walk(parked, line_copy, &copying, &end, error);
    if (r == 0)
        r = copy_take(parked, &copying, fresh);
    if (r < 0) {
        r = failed(parked, "written anew", error);
        eh_table_done(&copying.where);
    }
    fclose(copying.to);
    return r;
}

static bool is_mostly_dead(const struct eh_parked *parked)
{
    return parked->lines > 2 * (uint64_t)parked->count + DEAD_LINES;
}

/* ---- Its life. */

static int open_with(const char *path, uint32_t max, bool reads_only, struct eh_parked **ret,
                     struct eh_error *error)
{
    struct eh_parked *parked = calloc(1, sizeof *parked);
    if (!parked)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    *parked = (struct eh_parked){.fd = -1, .max = max, .reads_only = reads_only};
    int r = 0;
    if (eh_format(parked->path, sizeof parked->path, "%s", path) >= PATH_SIZE)
        r = eh_error_set(error, EH_ERANGE, "%s: the path is too long", path);
    int flags = reads_only ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND;
    if (r == 0)
        parked->fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r == 0 && parked->fd < 0 && !(reads_only && errno == ENOENT))
        r = failed(parked, "opened", error);
    if (r == 0 && parked->fd >= 0)
        r = load(parked, error);
    if (r == 0 && !reads_only && is_mostly_dead(parked))
        r = rewrite(parked, error);
    if (r < 0) {
        eh_parked_close(parked);
        return r;
    }
    *ret = parked;
    return 0;
}

int eh_parked_open(const char *path, uint32_t max, struct eh_parked **ret, struct eh_error *error)
{
    return open_with(path, max, false, ret, error);
}

int eh_parked_open_to_read(const char *path, struct eh_parked **ret, struct eh_error *error)
{
    return open_with(path, 0, true, ret, error);
}

void eh_parked_close(struct eh_parked *parked)
{
    if (!parked)
        return;
    if (parked->fd >= 0)
        close(parked->fd);
    eh_table_done(&parked->where);
    free(parked);
}

int eh_parked_fd(const struct eh_parked *parked)
{
    return parked->fd;
}

uint32_t eh_parked_count(const struct eh_parked *parked)
{
    return parked->count;
}

bool eh_parked_has(const struct eh_parked *parked, struct eh_str id)
{
    uint64_t at;
    return eh_table_get(&parked->where, eh_key_of_text(id), &at);
}

/* ---- Changing. */

/* All of the line, or nothing of it. Takes the text over. */
static int line_append(struct eh_parked *parked, char *text, struct eh_error *error)
{
    if (!text)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", parked->path);
    size_t size = strlen(text);
    text[size] = '\n'; /* in the place of its terminator */
    ssize_t n = write(parked->fd, text, size + 1);
    free(text);
    if (n == (ssize_t)size + 1) {
        parked->size += n;
        parked->lines++;
        return 0;
    }
    if (n >= 0)
        errno = ENOSPC;
    int r = failed(parked, "written", error);
    if (ftruncate(parked->fd, parked->size) != 0)
        eh_error_set(error, EH_EUNAVAILABLE, "%s: is left with half a line", parked->path);
    return r;
}

static int room_make(struct eh_parked *parked, struct eh_error *error)
{
    if (parked->size <= (int64_t)EH_PARKED_BYTES_MAX - EH_PARKED_LINE_MAX)
        return 0;
    return rewrite(parked, error);
}

int eh_parked_add(struct eh_parked *parked, const struct eh_parked_item *item,
                  struct eh_error *error)
{
    struct eh_key key = eh_key_of_text(item->id);
    uint64_t before;
    bool there = eh_table_get(&parked->where, key, &before);
    eh_require(!parked->reads_only && item->id.size > 0);
    if (!there && parked->count >= parked->max)
        return eh_error_set(error, EH_EFULL,
                            "%s: %u tickets are parked, which is all it takes; let them be tried "
                            "again, or drop them",
                            parked->path, parked->count);
    int r = room_make(parked, error);
    int64_t at = parked->size;
    if (r == 0 && !there && eh_table_put(&parked->where, key, (uint64_t)at) < 0)
        r = eh_error_set(error, EH_ENOMEM, "%s: out of memory", parked->path);
    if (r < 0)
        return r;
    r = line_append(parked, line_of(item), error);
    if (r < 0 && !there)
        eh_table_remove(&parked->where, key);
    if (r < 0)
        return r;
    parked->count += there ? 0 : 1;
    if (there)
        eh_require(eh_table_put(&parked->where, key, (uint64_t)at) == 0); /* it has its place */
    return 0;
}

int eh_parked_remove(struct eh_parked *parked, struct eh_str id, struct eh_error *error)
{
    eh_require(!parked->reads_only);
    if (!eh_parked_has(parked, id))
        return eh_error_set(error, EH_ENOTFOUND, "%.*s: is not parked", EH_STR_ARG(id));
    int r = room_make(parked, error);
    json_t *line = json_pack("{s:o}", "gone", text_of(id));
    if (r == 0)
        r = line_append(parked, line ? json_dumps(line, JSON_COMPACT) : NULL, error);
    json_decref(line);
    if (r < 0)
        return r;
    eh_table_remove(&parked->where, eh_key_of_text(id));
    parked->count--;
    return 0;
}

/* ---- Looking. */

int eh_parked_get(const struct eh_parked *parked, struct eh_str id, struct eh_arena *arena,
                  struct eh_parked_item *ret, struct eh_error *error)
{
    char text[EH_PARKED_LINE_MAX];
    uint64_t at;
    if (!eh_table_get(&parked->where, eh_key_of_text(id), &at))
        return eh_error_set(error, EH_ENOTFOUND, "%.*s: is not parked", EH_STR_ARG(id));
    ssize_t n = pread(parked->fd, text, sizeof text, (off_t)at);
    const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
    json_t *line = end ? json_loadb(text, (size_t)(end - text), 0, NULL) : NULL;
    if (!line)
        return eh_error_set(error, EH_ECORRUPT, "%s: byte %llu is no line of ours", parked->path,
                            (unsigned long long)at);
    struct eh_parked_item item;
    item_read(line, &item);
    item.id = eh_arena_str(arena, item.id);
    item.account = eh_arena_str(arena, item.account);
    item.why = eh_arena_str(arena, item.why);
    item.rep = eh_arena_str(arena, item.rep);
    json_decref(line);
    if (!item.id.data)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", parked->path);
    *ret = item;
    return 0;
}

struct telling {
    const struct eh_parked *parked;
    eh_parked_fn *each;
    void *context;
};

static int line_tell(void *context, int64_t at, struct eh_str text)
{
    const struct telling *telling = context;
    json_t *line = json_loadb(text.data, text.size, 0, NULL);
    struct eh_parked_item item;
    int r = 0;
    item_read(line, &item);
    if (line_lives(telling->parked, line, at))
        r = telling->each(telling->context, &item);
    json_decref(line);
    return r;
}

int eh_parked_each(const struct eh_parked *parked, eh_parked_fn *each, void *context,
                   struct eh_error *error)
{
    struct telling telling = {parked, each, context};
    int64_t end;
    return parked->fd < 0 ? 0 : file_walk(parked, line_tell, &telling, &end, error);
}
