/* text.c: checks of names and UTF-8, where text may be cut, and ids made from names. Formatting
 * stands in format.c. */
#include <evenhand/base/text.h>

int eh_str_compare(struct eh_str a, struct eh_str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_id_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool eh_id_valid(struct eh_str s)
{
    if (s.size == 0 || s.size > EH_ID_MAX || !is_id_start(s.data[0]))
        return false;
    for (uint32_t i = 1; i < s.size; i++)
        if (!is_id_start(s.data[i]) && s.data[i] != '.' && s.data[i] != '_' && s.data[i] != '-')
            return false;
    return true;
}

/* Bytes of the well-formed character at `at` (1..4), or 0. RFC 3629, table 3-7 of Unicode. */
static size_t character_size(const uint8_t *at, size_t left)
{
    uint8_t lead = at[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < size)
        return 0;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

static uint32_t code_point(const uint8_t *at, size_t size)
{
    uint32_t point = size == 1 ? at[0] : at[0] & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++)
        point = point << 6 | (at[i] & 0x3Fu);
    return point;
}

size_t eh_utf8_next(struct eh_str s, uint32_t *ret_point)
{
    const uint8_t *at = (const uint8_t *)s.data;
    size_t size = character_size(at, s.size);
    if (size)
        *ret_point = code_point(at, size);
    return size;
}

bool eh_utf8_hidden(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},
        {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
        {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},
        {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
        {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden && hidden[i].first <= point; i++)
        if (point <= hidden[i].last)
            return true;
    return false;
}

bool eh_utf8_valid(struct eh_str s, size_t *ret_bad_at)
{
    const uint8_t *bytes = (const uint8_t *)s.data;
    size_t at = 0;
    while (at < s.size) {
        uint64_t eight;
        if (s.size - at >= sizeof eight) {
            memcpy(&eight, bytes + at, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                at += sizeof eight;
                continue;
            }
        }
        size_t size = character_size(bytes + at, s.size - at);
        if (!size) {
            if (ret_bad_at)
                *ret_bad_at = at;
            return false;
        }
        at += size;
    }
    return true;
}

size_t eh_utf8_whole(const char *text, size_t size)
{
    size_t start = size; /* behind the byte that begins the last character */
    while (start > 0 && size - start < 3 && ((uint8_t)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return size;
    uint8_t lead = (uint8_t)text[start - 1];
    size_t wanted = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    return size - start < wanted ? start - 1 : size;
}

struct eh_str eh_text_list_next(struct eh_str *list)
{
    struct eh_str whole = *list;
    const char *end = whole.size ? memchr(whole.data, EH_TEXT_LIST_SEPARATOR, whole.size) : NULL;
    *list = eh_str_n(NULL, 0);
    if (!end)
        return whole;
    uint32_t size = (uint32_t)(end - whole.data);
    *list = eh_str_n(end + 1, whole.size - size - 1);
    return eh_str_n(whole.data, size);
}

struct eh_str eh_str_cut(struct eh_str s, size_t most)
{
    return s.size <= most ? s : eh_str_n(s.data, eh_utf8_whole(s.data, most));
}

void eh_text_tidy(char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t character = character_size((const uint8_t *)text + at, size - at);
        if (character == 0 || (uint8_t)text[at] < 0x20 || text[at] == 0x7F)
            text[at] = '?';
        at += character ? character : 1;
    }
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t m = a < b ? a : b;
    return m < c ? m : c;
}

uint32_t eh_text_distance(struct eh_str a, struct eh_str b)
{
    uint32_t row[EH_DISTANCE_MAX + 1];
    if (a.size > EH_DISTANCE_MAX || b.size > EH_DISTANCE_MAX)
        return UINT32_MAX;
    for (uint32_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (uint32_t i = 0; i < a.size; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t j = 1; j <= b.size; j++) {
            uint32_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a.data[i] != b.data[j - 1]));
            diagonal = above;
        }
    }
    return row[b.size];
}

bool eh_name_valid(struct eh_str s, size_t max)
{
    if (s.size == 0 || s.size > max)
        return false;
    const uint8_t *bytes = (const uint8_t *)s.data;
    for (uint32_t i = 0; i < s.size; i++) {
        if (bytes[i] < 0x20 || bytes[i] == 0x7F)
            return false;
        /* U+0080..9F are C2 80..C2 9F */
        if (bytes[i] == 0xC2 && i + 1 < s.size && bytes[i + 1] < 0xA0)
            return false;
    }
    return eh_utf8_valid(s, NULL);
}

/* The ASCII letter for U+00C0..U+017F; a capital stands for two letters, see letters_of(). */
static const char latin[] = "aaaaaaAceeeeiiii" /* U+00C0 */
                            "dnooooo ouuuuyTS"
                            "aaaaaaAceeeeiiii" /* U+00E0 */
                            "dnooooo ouuuuyTy"
                            "aaaaaaccccccccdd" /* U+0100 */
                            "ddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiii"
                            "iiIIjjkkklllllll"
                            "lllnnnnnnnnnoooo" /* U+0140 */
                            "ooOOrrrrrrssssss"
                            "ssttttttuuuuuuuu"
                            "uuuuwwyyyzzzzzzs";

/* The letters that a character becomes in an id. "": it is dropped; NULL: it separates words. */
static const char *letters_of(uint32_t point, char own[2])
{
    own[0] = '\0';
    own[1] = '\0';
    if ((point >= '0' && point <= '9') || (point >= 'a' && point <= 'z'))
        own[0] = (char)point;
    else if (point >= 'A' && point <= 'Z')
        own[0] = (char)(point - 'A' + 'a');
    else if (point >= 0xC0 && point <= 0x17F)
        own[0] = latin[point - 0xC0];
    else if (point == 0x218 || point == 0x219)
        own[0] = 's';
    else if (point == 0x21A || point == 0x21B)
        own[0] = 't';
    else if (point < 0x300 || point > 0x36F) /* but for accents standing alone */
        return NULL;
    switch (own[0]) {
    case 'A':
        return "ae";
    case 'I':
        return "ij";
    case 'O':
        return "oe";
    case 'S':
        return "ss";
    case 'T':
        return "th";
    case ' ':
        return NULL;
    default:
        return own;
    }
}

size_t eh_id_from_name(struct eh_str name, char ret_id[EH_ID_MAX + 1])
{
    const uint8_t *bytes = (const uint8_t *)name.data;
    size_t length = 0;
    char separator = '\0'; /* what stands between the letters before and those to come */
    for (size_t at = 0; at < name.size && length < EH_ID_MAX;) {
        size_t size = character_size(bytes + at, name.size - at);
        uint32_t point = size ? code_point(bytes + at, size) : ' ';
        at += size ? size : 1;
        char own[2];
        const char *letters = letters_of(point, own);
        if (!letters) {
            bool kept = !separator && (point == '.' || point == '_');
            separator = kept ? (char)point : '-';
            continue;
        }
        size_t count = strlen(letters);
        if (count == 0)
            continue;
        bool separated = separator && length > 0;
        if (length + separated + count > EH_ID_MAX)
            break;
        if (separated)
            ret_id[length++] = separator;
        memcpy(ret_id + length, letters, count);
        length += count;
        separator = '\0';
    }
    ret_id[length] = '\0';
    return length;
}
