/*
 * yaml_table: a file of keys and values that is read by a table: each key has a row that says what
 * may stand behind it and where it goes. What is wrong is told with the file and the line. The
 * files of all programs here are read by it: evenhandd.yaml, connections and profiles.
 *
 *     struct place { char url[200]; int64_t keep_s; json_t *groups; };
 *     static const struct eh_yaml_key keys[] = {
 *         {.name = "url", .kind = EH_YAML_TEXT, EH_YAML_FIELD(struct place, url),
 *          .required = true},
 *         {.name = "keep", .kind = EH_YAML_DURATION, EH_YAML_FIELD(struct place, keep_s),
 *          .least = 1, .most = 3600, .fallback = "5m"},
 *         {.name = "groups", .kind = EH_YAML_LIST, EH_YAML_FIELD(struct place, groups)},
 *     };
 *     static const struct eh_yaml_table table = {keys, 3, false};
 *     struct place place = {0};
 *     r = eh_yaml_read("/etc/evenhand/place.yaml", &table, &place, &error);
 *     eh_yaml_done(&table, &place);
 */
#ifndef EVENHAND_HOST_YAML_TABLE_H
#define EVENHAND_HOST_YAML_TABLE_H

#include <evenhand/base/base.h>

#include "host/yaml_value.h"

#define EH_YAML_FILE_MAX (256u << 10) /* bytes of a file */
#define EH_YAML_KEYS_MAX 48           /* rows of a table */

struct eh_yaml; /* yaml_node.h */
struct yaml_node_s;

enum eh_yaml_kind {
    EH_YAML_TEXT,     /* one line of text, into char[size] */
    EH_YAML_PATH,     /* the same; what does not begin with '/' is beside the file */
    EH_YAML_BLOCK,    /* text of any lines, into a char * of its own memory */
    EH_YAML_INTEGER,  /* a whole number from `least` to `most`, into an int64_t */
    EH_YAML_DURATION, /* 90s, 5m, 2h: seconds from `least` to `most`, into an int64_t */
    EH_YAML_BOOLEAN,  /* on or off, into a bool */
    EH_YAML_VALUE,    /* one value that `read` understands */
    EH_YAML_JSON,     /* any value, into a json_t * */
    EH_YAML_MAP,      /* a mapping, into a json_t * */
    EH_YAML_LIST,     /* a list of texts, into a json_t * */
    EH_YAML_SECTION,  /* a mapping with a table of its own; it fills the same struct */
    EH_YAML_NODE      /* anything that `take` understands */
};

struct eh_yaml_table {
    const struct eh_yaml_key *keys;
    size_t count;
    /* Relative paths are beside the file that a symbolic link leads to, and become absolute. */
    bool follows_links;
};

struct eh_yaml_key {
    const char *name;
    enum eh_yaml_kind kind;
    size_t offset, size;  /* of the field */
    bool required;        /* not in a section */
    const char *fallback; /* of a single value, as it would stand in a file; NULL: none */
    int64_t least, most;
    const char *(*read)(struct eh_yaml_value *);
    const struct eh_yaml_table *section;
    int (*take)(struct eh_yaml *, const struct eh_yaml_key *, const struct yaml_node_s *,
                void *fields);
};

/* The field that a row fills. */
#define EH_YAML_FIELD(type, field)                                                                 \
    .offset = offsetof(type, field), .size = sizeof(((type *)0)->field)

/* Rows of one line: EH_YAML_ROW_LIST("groups", EH_YAML_FIELD(struct place, groups)). */
#define EH_YAML_ROW_TEXT(name_, at, fallback_)                                                     \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_TEXT, at, .fallback = fallback_                             \
    }
#define EH_YAML_ROW_PATH(name_, at, fallback_)                                                     \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_PATH, at, .fallback = fallback_                             \
    }
#define EH_YAML_ROW_VALUE(name_, at, read_, fallback_)                                             \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_VALUE, at, .read = read_, .fallback = fallback_             \
    }
#define EH_YAML_ROW_MAP(name_, at)                                                                 \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_MAP, at                                                     \
    }
#define EH_YAML_ROW_LIST(name_, at)                                                                \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_LIST, at                                                    \
    }

/* `ret` is zeroed by the caller, and holds memory also where this fails. -EH_EINVAL,
 * -EH_ENOTFOUND: no such file, -EH_EUNAVAILABLE: it cannot be read. */
int eh_yaml_read(const char *path, const struct eh_yaml_table *, void *ret,
                 struct eh_error *) EH_MUST_CHECK;
/* The same from memory; `path` is for messages and for EH_YAML_PATH. */
int eh_yaml_parse(struct eh_str text, const char *path, const struct eh_yaml_table *, void *ret,
                  struct eh_error *) EH_MUST_CHECK;
/* Frees what the rows of the table have filled. */
void eh_yaml_done(const struct eh_yaml_table *, void *fields);

#endif
