/* message_types.c: the rows of evenhand/wire/message_types.h as a table. */
#include <evenhand/wire/message.h>

#define T(flag)  EH_TYPE_##flag
#define F(field) EH_FIELD_BIT(EH_FIELD_##field)
#define CELLS(NAME, number, text, step, flag_set, needs, may, fills)                               \
    [EH_MESSAGE_##NAME] = {                                                                        \
        .name = text, .flags = flag_set, .required = needs, .optional = may, .defaulted = fills},

const struct eh_message_type_row eh_message_types[EH_MESSAGE_COUNT] = {EH_MESSAGE_TYPES(CELLS)};

#define PLACE(NAME, ...) PLACE_##NAME,
enum type_place { PLACE_NONE, EH_MESSAGE_TYPES(PLACE) };

#define SOUND(NAME, number, text, step, flag_set, needs, may, fills)                               \
    _Static_assert((int)PLACE_##NAME == number, #NAME ": its number is its place among the rows"); \
    _Static_assert(((needs) & (may)) == 0, #NAME ": a field is required or optional");             \
    _Static_assert(((fills) & ~((needs) | (may))) == 0, #NAME ": a default of no field it has");
EH_MESSAGE_TYPES(SOUND)
_Static_assert(EH_MESSAGE_LAST <= INT8_MAX, "a refused input's type is negative");

const char *eh_message_type_name(int type)
{
    return type > 0 && type <= EH_MESSAGE_LAST ? eh_message_types[type].name : NULL;
}
