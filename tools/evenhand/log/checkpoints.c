/* checkpoints: "input digest chain" a line. See checkpoints.h. */
#include "checkpoints.h"

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

/* A line that an earlier evenhandd appended to half a line is no checkpoint either. */
static int line_read(struct eh_checkpoints *file, struct eh_str line, struct eh_error *error)
{
    struct eh_checkpoint read;
    uint64_t before = file->input;
    enum eh_checkpoint_line what = eh_checkpoint_read(line, &read);
    if (what == EH_CHECKPOINT_FOREIGN)
        return eh_error_set(error, EH_ECORRUPT, "%s:%u: is no checkpoint", file->path, file->line);
    if (what == EH_CHECKPOINT_TORN) {
        file->torn++;
        return 0;
    }
    file->input = read.input;
    file->digest = read.digest;
    file->chain = read.chain;
    if (file->input < before)
        return eh_error_set(error, EH_ECORRUPT,
                            "%s:%u: goes back from input %llu to %llu: the log was cut off and "
                            "written anew",
                            file->path, file->line, (unsigned long long)before,
                            (unsigned long long)file->input);
    return 1;
}

int eh_checkpoints_next(struct eh_checkpoints *file, struct eh_error *error)
{
    char line[LINE_BYTES];
    int r = 0;
    while (r == 0 && file->file && ftell(file->file) < file->end) {
        long from = ftell(file->file);
        memset(line, 0, sizeof line);
        if (!fgets(line, sizeof line, file->file))
            break;
        size_t size = (size_t)(ftell(file->file) - from);
        file->line++;
        if (size > 0 && line[size - 1] == '\n')
            size--;
        r = line_read(file, eh_str_n(line, size), error);
    }
    return r;
}
