/*
 * fuzz/image: a ticket's image that was tampered with, as a view and as what is recalled for an
 * outcome. The engine refuses it, or goes on.
 */
#include "edits.h"
#include "fuzz.h"
#include "past.h"

static struct eh_bytes good = EH_BYTES_INIT;

static void make_good(void)
{
    struct kit k;
    kit_start(&k, PAST_DESK);
    kit_send(&k, past_messages[0]);
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won','csat':5,'handled':600}");
    eh_require(k.fx.image.size > 0);
    eh_bytes_put(&good, k.fx.image.data, k.fx.image.size);
    kit_done(&k);
}

static void recall(struct eh_str image, const char *outcome)
{
    struct kit k;
    kit_start(&k, PAST_DESK);
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    if (kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'%s'}", outcome) == 0)
        past_go_on(&k);
    kit_done(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const outcomes[] = {"refunded", "reopened", "rated", "won"};
    EH_AUTO(eh_bytes) struct eh_bytes forged = EH_BYTES_INIT;
    struct eh_ticket_view view;
    struct eh_error error = {0};
    if (!good.size)
        make_good();
    if (size == 0)
        return 0;
    if (data[0] >= 0xF0)
        eh_bytes_put(&forged, data + 1, size - 1);
    else
        edits_apply(data + 1, size - 1, eh_str_n((const char *)good.data, good.size), &forged);
    struct eh_str image = eh_str_n((const char *)forged.data, forged.size);
    int r = eh_ticket_image_view(image, &view, &error);
    eh_require(r == 0 || error.code == -r);
    if (r == 0 ||
        size % 16 == 0) /* what cannot be viewed is refused like any other: now and then */
        recall(image, outcomes[data[0] % 4]);
    return 0;
}
