/* flat_path: finds the ending and the last hyphen. */
#include "flat_path.h"

static const struct {
    struct cr_slice text;
    enum config_view view;
} endings[] = {
    {{".yml", 4}, CONFIG_VIEW_YAML},
    {{".yaml", 5}, CONFIG_VIEW_YAML},
    {{".properties", 11}, CONFIG_VIEW_PROPERTIES},
    {{".json", 5}, CONFIG_VIEW_JSON},
};

bool flat_path_split(struct cr_slice file, struct flat_path *out_path)
{
    for (size_t i = 0; i < CR_COUNT(endings); i++) {
        if (!cr_slice_ends(file, endings[i].text))
            continue;
        struct cr_slice stem = cr_slice_sub(file, 0, file.len - endings[i].text.len);
        ptrdiff_t hyphen = cr_slice_find_last(stem, '-');
        if (hyphen < 0)
            return false;
        *out_path = (struct flat_path){
            .name = cr_slice_sub(stem, 0, (size_t)hyphen),
            .profiles = cr_slice_from(stem, (size_t)hyphen + 1),
            .view = endings[i].view,
        };
        return true;
    }
    return false;
}

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool flat_path_has_ending(struct cr_slice segment)
{
    for (size_t i = 1; i < segment.len; i++) {
        if (segment.ptr[i] != '.' || !is_word(segment.ptr[i - 1]))
            continue;
        struct cr_slice rest = cr_slice_from(segment, i);
        for (size_t k = 0; k < CR_COUNT(endings); k++) {
            size_t len = endings[k].text.len;
            if (cr_slice_starts(rest, endings[k].text) &&
                (rest.len == len || !is_word(rest.ptr[len])))
                return true;
        }
    }
    return false;
}
