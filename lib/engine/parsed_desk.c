/*
 * parsed_desk: a desk file that was read, and who holds it.
 */
#include <evenhand/draw/hash.h>
#include <evenhand/engine/parsed_desk.h>

#include <stdlib.h>

struct eh_parsed_desk *eh_parsed_desk_hold(struct eh_parsed_desk *file)
{
    eh_require(file->holders > 0 && file->holders < UINT32_MAX);
    file->holders++;
    return file;
}

void eh_parsed_desk_drop(struct eh_parsed_desk *file)
{
    if (!file || --file->holders > 0)
        return;
    eh_arena_done(&file->arena);
    free(file);
}

static int parsed_desk_read(struct eh_parsed_desk *file, enum eh_desk_written written,
                            struct eh_error *error)
{
    return written == EH_DESK_WRITTEN_NOW
               ? eh_desk_parse_new(file->text, &file->arena, &file->desk, error)
               : eh_desk_parse(file->text, &file->arena, &file->desk, error);
}

int eh_parsed_desk_new(struct eh_str text, enum eh_desk_written written,
                       struct eh_parsed_desk **ret, struct eh_error *error)
{
    struct eh_parsed_desk *file = calloc(1, sizeof *file);
    if (!file)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    file->holders = 1;
    file->text = eh_arena_str(&file->arena, text);
    int r = file->text.data ? parsed_desk_read(file, written, error)
                            : eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    if (r < 0) {
        eh_parsed_desk_drop(file);
        return r;
    }
    eh_hash_sha256(file->text.data, file->text.size, file->sha256);
    *ret = file;
    return 0;
}
