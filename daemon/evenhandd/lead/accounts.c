/* accounts: of the reps that notices name. See accounts.h. */
#include "lead/accounts.h"

#include "lead/parts.h"

void app_accounts_name(const struct eh_app *app, struct eh_outbox_batch *batch)
{
    const struct eh_desk *desk = app->state.engine ? eh_engine_desk(app->state.engine) : NULL;
    for (size_t i = 0; desk && i < batch->notice_count; i++) {
        struct eh_notice *notice = &batch->notices[i];
        if (notice->id.size == 0 || notice->rep.size == 0)
            continue;
        struct eh_str account = eh_desk_account(desk, notice->rep, notice->source);
        if (account.size > 0)
            notice->account = eh_batch_kept(&batch->arena, account);
    }
}
