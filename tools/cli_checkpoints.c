/* cli_checkpoints: "input digest chain" a line. See cli_checkpoints.h. */
#include "cli_checkpoints.h"

#include <errno.h>

#define LINE_BYTES 160

int eh_checkpoints_open(const char *path, struct eh_checkpoints *ret, struct eh_error *error)
{
    *ret = (struct eh_checkpoints){.path = path, .file = fopen(path, "re")};
    if (ret->file && fseek(ret->file, 0, SEEK_END) == 0) {
        ret->end = ftell(ret->file);
        rewind(ret->file);
        return 0;
    }
    return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EDENIED, "%s: %s", path,
                        strerror(errno));
}

void eh_checkpoints_close(struct eh_checkpoints *file)
{
    if (file->file)
        fclose(file->file);
    file->file = NULL;
}

static bool read_hex(const char *text, uint8_t *ret, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 2 * size; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] << 4 | (uint8_t)(digit - digits));
    }
    return text[2 * size] == 0;
}

static bool parse(char *line, struct eh_checkpoints *ret)
{
    uint8_t digest[16] = {0};
    int64_t input;
    char *first = strchr(line, ' '), *second = first ? strchr(first + 1, ' ') : NULL;
    if (!second)
        return false;
    *first = *second = 0;
    if (eh_integer_parse(eh_str(line), &input, NULL) < 0 || input <= 0 ||
        !read_hex(first + 1, digest, sizeof digest) ||
        !read_hex(second + 1, ret->chain.hash, sizeof ret->chain.hash))
        return false;
    ret->input = (uint64_t)input;
    ret->digest = eh_key_from_bytes(digest);
    return true;
}

int eh_checkpoints_next(struct eh_checkpoints *file, struct eh_error *error)
{
    char line[LINE_BYTES];
    uint64_t before = file->input;
    if (!file->file || ftell(file->file) >= file->end || !fgets(line, sizeof line, file->file))
        return 0;
    file->line++;
    size_t size = strcspn(line, "\n");
    bool whole = line[size] == '\n';
    line[size] = 0;
    if (!whole || !parse(line, file))
        return eh_error_set(error, EH_ECORRUPT, "%s:%u: is no checkpoint", file->path, file->line);
    if (file->input < before)
        return eh_error_set(error, EH_ECORRUPT,
                            "%s:%u: goes back from input %llu to %llu: the log was cut off and "
                            "written anew",
                            file->path, file->line, (unsigned long long)before,
                            (unsigned long long)file->input);
    return 1;
}
