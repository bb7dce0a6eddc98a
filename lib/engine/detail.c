/*
 * detail: what a policy compared, read back for others.
 */
#include "detail.h"

#include "canonical.h"

static void pair_read(struct eh_reader *in, bool scored, struct eh_deal_detail *ret)
{
    for (int i = 0; i < 2; i++) {
        struct eh_compared *one = &ret->pair[i];
        one->rep = eh_read_str(in);
        one->dc_nano = eh_read_i(in);
        one->dv = eh_read_i(in);
        one->means_nano = scored ? eh_read_i(in) : 0;
    }
    ret->tie = eh_read_flag(in);
    ret->scored = scored;
    if (!scored)
        return;
    ret->value = eh_read_i(in);
    ret->mean = eh_read_i(in);
    ret->value_weight_ppm = eh_read_u32(in);
}

static void last_read(struct eh_reader *in, struct eh_deal_detail *ret)
{
    ret->last_ticket = eh_read_u(in);
    ret->last_closed_us = eh_read_i(in);
}

int eh_deal_detail_view(struct eh_str detail, struct eh_deal_detail *ret, struct eh_error *error)
{
    struct eh_deal_detail view = {.tie = false};
    struct eh_reader in = eh_reader(detail.data, detail.size);
    uint8_t kind = detail.size ? eh_read_u8(&in) : 0;
    if (kind == DETAIL_PAIR || kind == DETAIL_SCORED)
        pair_read(&in, kind == DETAIL_SCORED, &view);
    else if (kind == DETAIL_ROUND)
        view.slots = eh_read_u(&in);
    else if (kind == DETAIL_TIES)
        view.ties = eh_read_u(&in);
    else if (kind == DETAIL_LATE)
        view.late = eh_read_u(&in);
    else if (kind == DETAIL_LAST)
        last_read(&in, &view);
    if (kind > DETAIL_LAST || !eh_reader_complete(&in))
        return eh_error_set(error, EH_ECORRUPT, "the detail of a decision cannot be read");
    *ret = view;
    return 0;
}
