/*
 * yaml_table: a file of keys and values that is read by a table: each key has a row that says what
 * may stand behind it and where it goes. What is wrong is told with the file and the line.
 *
 *     struct place { char url[200]; json_t *groups; };
 *     static const struct eh_yaml_key keys[] = {
 *         {.name = "url", .kind = EH_YAML_TEXT, .offset = offsetof(struct place, url), .size = 200,
 *          .required = true},
 *         {.name = "groups", .kind = EH_YAML_JSON, .offset = offsetof(struct place, groups)},
 *     };
 *     struct place place = {0};
 *     r = eh_yaml_read("/etc/evenhand/bridge.d/help.yaml", keys, 2, &place, &error);
 */
#ifndef EVENHAND_BRIDGE_PROFILE_YAML_TABLE_H
#define EVENHAND_BRIDGE_PROFILE_YAML_TABLE_H

#include <evenhand/base/base.h>

#define EH_YAML_FILE_MAX  (256u << 10) /* bytes of a file */
#define EH_YAML_KEYS_MAX  48           /* rows of a table */
#define EH_YAML_NODES_MAX 10000        /* values of a file */
#define EH_YAML_DEPTH_MAX 12           /* lists and maps within each other */

enum eh_yaml_kind {
    EH_YAML_TEXT,  /* one line of text, into char[size] */
    EH_YAML_PATH,  /* the same; what does not begin with '/' is beside the file */
    EH_YAML_BLOCK, /* text of any lines, into a char * of its own memory */
    EH_YAML_JSON,  /* any value, into a json_t * */
    EH_YAML_MAP,   /* a mapping, into a json_t * */
    EH_YAML_LIST,  /* a list of texts, into a json_t * */
    EH_YAML_VALUE  /* one value that `read` understands */
};

struct eh_yaml_key {
    const char *name;
    enum eh_yaml_kind kind;
    size_t offset, size; /* of the field */
    bool required;
    const char *fallback; /* as it would stand in a file; NULL: the field stays as it is */
    /* NULL: taken; else what is wrong, such as "is no duration". */
    const char *(*read)(struct eh_str text, void *ret_field);
};

/* `ret` is zeroed by the caller, and holds memory also where this fails. -EH_EINVAL,
 * -EH_ENOTFOUND: no such file, -EH_EUNAVAILABLE: it cannot be read. */
int eh_yaml_read(const char *path, const struct eh_yaml_key *keys, size_t count, void *ret,
                 struct eh_error *) EH_MUST_CHECK;
/* The same from memory; `path` is for messages and for EH_YAML_PATH. */
int eh_yaml_parse(struct eh_str text, const char *path, const struct eh_yaml_key *keys,
                  size_t count, void *ret, struct eh_error *) EH_MUST_CHECK;
/* Frees what the rows of the table have filled. */
void eh_yaml_done(const struct eh_yaml_key *keys, size_t count, void *fields);

#endif
