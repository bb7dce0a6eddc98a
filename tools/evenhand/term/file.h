/*
 * file: reads a whole file, or standard input.
 *
 *     struct eh_bytes text = EH_BYTES_INIT;
 *     r = eh_file_read("desk.yaml", max, &text, &error);    // "-" is standard input
 */
#ifndef EVENHAND_TOOLS_TERM_FILE_H
#define EVENHAND_TOOLS_TERM_FILE_H

#include <evenhand/base/base.h>

/* A terminator stands behind the bytes. -EH_ERANGE: the file is larger than `max` bytes. */
int eh_file_read(const char *path, size_t max, struct eh_bytes *ret,
                 struct eh_error *) EH_MUST_CHECK;
/* The file `name` in the folder of the file `path`. */
int eh_file_read_beside(const char *path, struct eh_str name, size_t max, struct eh_bytes *ret,
                        struct eh_error *) EH_MUST_CHECK;

#endif
