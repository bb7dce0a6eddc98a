/*
 * beside: reads a file that stands beside the desk file.
 *
 *     r = eh_beside_read("/etc/evenhand", eh_str("norway.ics"), &arena, &text, &error);
 */
#ifndef EVENHAND_LEAD_BESIDE_H
#define EVENHAND_LEAD_BESIDE_H

#include <evenhand/base/base.h>

/* `folder` is the path of that folder, as text. A file larger than EH_HOLIDAYS_TEXT_MAX is read to
 * one byte more than that. -EH_ENOTFOUND, -EH_EINVAL (no file), -EH_EUNAVAILABLE, -EH_ENOMEM. */
int eh_beside_read(void *folder, struct eh_str name, struct eh_arena *, struct eh_str *ret,
                   struct eh_error *) EH_MUST_CHECK;

#endif
