/* file: reads a plan from a file. See file.h. */
#include "file.h"

#include "command.h"
#include "term/file.h"
#include "term/say.h"

#define FILE_MAX (1u << 20) /* bytes of a plan or a desk file */

int eh_plan_file_text(const struct eh_cli *cli, const char *path, struct eh_arena *arena,
                      struct eh_str *ret)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    if (eh_file_read(path, FILE_MAX, &bytes, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    *ret = eh_arena_str(arena, eh_str_n((const char *)bytes.data, bytes.size));
    return ret->data ? EH_EXIT_DONE : eh_say(cli, EH_EXIT_REFUSED, "%s: out of memory", path);
}

int eh_plan_file_parse(const struct eh_cli *cli, const char *path, struct eh_str text,
                       const struct eh_desk *desk, struct eh_arena *arena,
                       struct eh_bonus_plan **ret)
{
    struct eh_error error = {0};
    if (eh_plan_parse(text, desk, arena, ret, &error) < 0)
        return eh_say(cli, EH_EXIT_CONFIG, "%s:%s", path, error.text);
    return EH_EXIT_DONE;
}
