/*
 * lines: the lines of an iCalendar file: which one libical does not understand, and where its
 * events begin. libical itself tells no lines.
 */
#ifndef EVENHAND_LIB_ICS_LINES_H
#define EVENHAND_LIB_ICS_LINES_H

#include <evenhand/base/base.h>

/* Refuses the first line that libical does not understand, and what is not closed. ret_lines[i] is
 * where the i-th event begins; there may be `most` of them. */
int eh_ics_lines(struct eh_str text, uint32_t *ret_lines, uint32_t most, uint32_t *ret_count,
                 struct eh_error *) EH_MUST_CHECK;

#endif
