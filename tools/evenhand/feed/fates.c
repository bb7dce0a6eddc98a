/* fates: keeps one byte per line of the file, and the reasons of the first refused rows. */
#include "fates.h"

#include <stdio.h>
#include <stdlib.h>

#include "term/text.h"

static const char *const words[EH_FATE_COUNT] = {
    [EH_FATE_REPEATED] = "repeated", [EH_FATE_OLDER] = "older",     [EH_FATE_TAKEN] = "taken",
    [EH_FATE_PENDING] = "parked",    [EH_FATE_REFUSED] = "refused",
};

int eh_fates_init(struct eh_fates *fates, const char *file, uint32_t last_line)
{
    *fates = (struct eh_fates){.file = file, .lines = (size_t)last_line + 1};
    fates->by_line = calloc(fates->lines, 1);
    fates->reasons = calloc(EH_FATES_KEPT_MAX, sizeof *fates->reasons);
    if (fates->by_line && fates->reasons)
        return 0;
    eh_fates_done(fates);
    return -EH_ENOMEM;
}

void eh_fates_set(struct eh_fates *fates, uint32_t line, enum eh_fate fate, const char *reason)
{
    if (line >= fates->lines || fate <= fates->by_line[line])
        return;
    fates->by_line[line] = (uint8_t)fate;
    if (fate != EH_FATE_REFUSED || fates->reason_count == EH_FATES_KEPT_MAX)
        return;
    char *text = reason ? eh_text_clean(reason) : NULL;
    fates->reasons[fates->reason_count++] = (struct eh_fate_reason){line, text};
}

void eh_fates_count(const struct eh_fates *fates, size_t ret_counts[EH_FATE_COUNT])
{
    memset(ret_counts, 0, EH_FATE_COUNT * sizeof *ret_counts);
    for (size_t line = 0; line < fates->lines; line++)
        ret_counts[fates->by_line[line]]++;
}

static int reason_compare(const void *a, const void *b)
{
    const struct eh_fate_reason *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

static const char *reason_text(const struct eh_fate_reason *reason)
{
    return reason->text ? reason->text : "why is not shown to you";
}

void eh_fates_tell(struct eh_fates *fates)
{
    size_t counts[EH_FATE_COUNT], told = fates->reason_count;
    eh_fates_count(fates, counts);
    qsort(fates->reasons, fates->reason_count, sizeof *fates->reasons, reason_compare);
    if (told > EH_FATES_TOLD_MAX)
        told = EH_FATES_TOLD_MAX;
    for (size_t i = 0; i < told; i++)
        fprintf(stderr, "%s:%u: %s\n", fates->file, fates->reasons[i].line,
                reason_text(&fates->reasons[i]));
    if (counts[EH_FATE_REFUSED] > told)
        fprintf(stderr, "%s: and %zu more rows; --json lists them\n", fates->file,
                counts[EH_FATE_REFUSED] - told);
}

json_t *eh_fates_json(struct eh_fates *fates)
{
    json_t *list = json_array();
    qsort(fates->reasons, fates->reason_count, sizeof *fates->reasons, reason_compare);
    for (size_t i = 0; i < fates->reason_count; i++)
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "line", (json_int_t)fates->reasons[i].line,
                                        "reason", reason_text(&fates->reasons[i])));
    return list;
}

void eh_fates_words(const struct eh_fates *fates, char ret[EH_FATES_TEXT])
{
    static const uint8_t order[] = {EH_FATE_TAKEN, EH_FATE_REPEATED, EH_FATE_OLDER, EH_FATE_PENDING,
                                    EH_FATE_REFUSED};
    size_t counts[EH_FATE_COUNT], size = 0;
    eh_fates_count(fates, counts);
    ret[0] = '\0';
    for (size_t i = 0; i < sizeof order; i++) {
        char count[EH_CLI_TEXT];
        bool always = order[i] == EH_FATE_TAKEN || order[i] == EH_FATE_REPEATED ||
                      order[i] == EH_FATE_REFUSED;
        if (!always && counts[order[i]] == 0)
            continue;
        eh_text_count((int64_t)counts[order[i]], count);
        size += eh_format(ret + size, EH_FATES_TEXT - size, "%s%s %s", size ? ", " : "", count,
                          words[order[i]]);
    }
}

void eh_fates_done(struct eh_fates *fates)
{
    for (size_t i = 0; fates->reasons && i < fates->reason_count; i++)
        free(fates->reasons[i].text);
    free(fates->reasons);
    free(fates->by_line);
    *fates = (struct eh_fates){0};
}
