/*
 * plan_curve: reads figures in the notation of their unit, and curves through points. A curve has
 * no jumps and goes only up or only down.
 */
#include "plan_read.h"

/* `reader` NULL: as a plan is written now. */
static int value_parse(const struct desk_reader *reader, struct eh_str text,
                       const struct plan_bounds *bounds, int64_t *ret, struct eh_error *error)
{
    switch (bounds->unit) {
    case EH_UNIT_MONEY:
        return eh_money_parse(text, bounds->exponent, ret, error);
    case EH_UNIT_PPM:
        return reader ? eh_desk_parse_percent(reader, text, ret, error)
                      : eh_percent_parse(text, ret, error);
    case EH_UNIT_MILLI:
        return eh_decimal_parse(text, 3, ret, error);
    case EH_UNIT_SECONDS:
        return eh_duration_parse(text, ret, error);
    case EH_UNIT_COUNT:
        break;
    }
    return eh_integer_parse(text, ret, error);
}

static size_t value_print(enum eh_unit unit, unsigned exponent, int64_t value,
                          char ret_text[EH_DECIMAL_TEXT_MAX])
{
    switch (unit) {
    case EH_UNIT_MONEY:
        return eh_money_print(value, exponent, ret_text);
    case EH_UNIT_PPM:
        return eh_ppm_print(value, ret_text);
    case EH_UNIT_MILLI:
        return eh_decimal_print(value, 3, ret_text);
    case EH_UNIT_SECONDS:
        return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%llds", (long long)value);
    case EH_UNIT_COUNT:
        break;
    }
    return eh_decimal_print(value, 0, ret_text);
}

size_t eh_plan_value_print(const struct eh_bonus_plan *plan, enum eh_unit unit, int64_t value,
                           char ret_text[EH_DECIMAL_TEXT_MAX])
{
    return value_print(unit, plan->currency_exponent, value, ret_text);
}

int eh_plan_value_parse(const struct eh_bonus_plan *plan, enum eh_unit unit, struct eh_str text,
                        int64_t *ret, struct eh_error *error)
{
    const struct plan_bounds bounds = {.unit = unit, .exponent = plan->currency_exponent};
    return value_parse(NULL, text, &bounds, ret, error);
}

int eh_plan_read_value(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, const struct plan_bounds *bounds, int64_t *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int64_t value;
    struct eh_error inner;
    if (value_parse(reader, text, bounds, &value, &inner) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    if (value < bounds->least || value > bounds->most) {
        char shown[EH_DECIMAL_TEXT_MAX], least[EH_DECIMAL_TEXT_MAX], most[EH_DECIMAL_TEXT_MAX];
        value_print(bounds->unit, bounds->exponent, value, shown);
        value_print(bounds->unit, bounds->exponent, bounds->least, least);
        value_print(bounds->unit, bounds->exponent, bounds->most, most);
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "%s is not between %s and %s", shown,
                              least, most);
    }
    *ret = value;
    return 0;
}

static int point_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, const struct plan_bounds *bounds,
                      struct eh_curve_point *ret)
{
    static const struct plan_bounds score = {EH_UNIT_PPM, 0, 0, EH_PLAN_RATIO_MAX};
    int r = eh_desk_check_list(reader, node, path, 2);
    if (r < 0)
        return r;
    if (node->size != 2)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "must be a value and a percentage, such as [%s, 100%%]",
                              bounds->unit == EH_UNIT_SECONDS ? "660s"
                              : bounds->unit == EH_UNIT_PPM   ? "80%"
                                                              : "4");
    struct desk_path x = eh_desk_path_item(path, 0), y = eh_desk_path_item(path, 1);
    r = eh_plan_read_value(reader, node->first, &x, bounds, &ret->x);
    return r < 0 ? r : eh_plan_read_value(reader, node->first->next, &y, &score, &ret->y);
}

static int number_sign(int64_t number)
{
    return (number > 0) - (number < 0);
}

/* Checks the step from the point before `at` to `at`. `up` has the directions of x and y so far; 0:
 * not known yet. */
static int step_check(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, const struct eh_curve_point *at, int up[2])
{
    int x = number_sign(at->x - at[-1].x), y = number_sign(at->y - at[-1].y);
    if (x == 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "stands at the same value as the point before: a jump; move one of "
                              "them or leave it out");
    if (up[0] && x != up[0])
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "values go up and down; list the points from one end to the other");
    if (up[1] && y && y != up[1])
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "percentages rise and fall; let the curve only rise or only fall");
    up[0] = x;
    up[1] = up[1] ? up[1] : y;
    return 0;
}

static void points_reverse(struct eh_curve_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct eh_curve_point kept = points[i];
        points[i] = points[count - 1 - i];
        points[count - 1 - i] = kept;
    }
}

int eh_plan_read_curve(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, const struct plan_bounds *bounds,
                       struct eh_curve *ret)
{
    int r = eh_desk_check_list(reader, node, path, EH_PLAN_CURVE_MAX);
    if (r < 0)
        return r;
    if (node->size < 2)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "needs two points at least, such as [[4.0, 0%%], [4.4, 100%%]]");
    struct eh_curve_point *points = eh_arena_alloc(reader->arena, node->size * sizeof *points);
    if (!points)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    int up[2] = {0, 0};
    for (const struct desk_node *item = node->first; item; item = item->next, count++) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = point_read(reader, item, &at, bounds, &points[count]);
        if (r == 0 && count > 0)
            r = step_check(reader, item, &at, &points[count], up);
        if (r < 0)
            return r;
    }
    if (up[0] < 0)
        points_reverse(points, count);
    *ret = (struct eh_curve){points, count};
    return 0;
}
