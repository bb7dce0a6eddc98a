/* file: reads a whole file, or standard input, or what stands beside a file. */
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_CHUNK 65536 /* bytes read at once */
#define PATH_BYTES 4096

int eh_file_read(const char *path, size_t max, struct eh_bytes *ret, struct eh_error *error)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    if (!file)
        return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EDENIED, "%s: %s", path,
                            strerror(errno));
    struct eh_bytes bytes = EH_BYTES_INIT;
    char *chunk = malloc(FILE_CHUNK);
    eh_require(chunk);
    size_t n;
    errno = 0;
    while (bytes.size <= max && (n = fread(chunk, 1, FILE_CHUNK, file)) > 0)
        eh_bytes_put(&bytes, chunk, n);
    free(chunk);
    int r = 0;
    if (ferror(file))
        r = eh_error_set(error, EH_EDENIED, "%s: %s", path, strerror(errno));
    else if (bytes.size > max)
        r = eh_error_set(error, EH_ERANGE, "%s: is larger than %zu bytes", path, max);
    eh_bytes_put_u8(&bytes, 0);
    if (bytes.failed && r == 0)
        r = eh_error_set(error, EH_ENOMEM, "%s: does not fit in memory", path);
    if (file != stdin)
        fclose(file);
    if (r < 0) {
        eh_bytes_done(&bytes);
        return r;
    }
    bytes.size--;
    *ret = bytes;
    return 0;
}

int eh_file_read_beside(const char *path, struct eh_str name, size_t max, struct eh_bytes *ret,
                        struct eh_error *error)
{
    const char *end = strrchr(path, '/');
    char beside[PATH_BYTES];
    if (eh_format(beside, sizeof beside, "%.*s%.*s", end ? (int)(end + 1 - path) : 0, path,
                  EH_STR_ARG(name)) >= sizeof beside)
        return eh_error_set(error, EH_ERANGE, "%.*s: its path is too long", EH_STR_ARG(name));
    return eh_file_read(beside, max, ret, error);
}
