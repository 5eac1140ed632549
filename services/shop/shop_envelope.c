/* The envelope of the additional edition. */
#include "shop_envelope.h"

void shop_envelope_begin(struct cr_json_writer *writer, struct cr_buf *out,
                         int64_t all_record_count)
{
    cr_json_init(writer, out);
    cr_json_begin_object(writer);
    cr_json_pair_object(writer, "responseMetaVO");
    cr_json_pair_int(writer, "allRecordCount", all_record_count);
    cr_json_end_object(writer);
    cr_json_key(writer, "resultVO");
}

void shop_envelope_end(struct cr_json_writer *writer)
{
    cr_json_end_object(writer);
}

void shop_envelope_begin_list(struct cr_json_writer *writer, struct cr_buf *out,
                              int64_t all_record_count)
{
    shop_envelope_begin(writer, out, all_record_count);
    cr_json_begin_array(writer);
}

void shop_envelope_end_list(struct cr_json_writer *writer)
{
    cr_json_end_array(writer);
    shop_envelope_end(writer);
}

void shop_envelope_removed(struct cr_buf *out, size_t count)
{
    struct cr_json_writer writer;
    shop_envelope_begin(&writer, out, (int64_t)count);
    cr_json_text(&writer, "");
    shop_envelope_end(&writer);
}

void shop_pair(struct cr_json_writer *writer, const char *key, struct cr_slice text)
{
    if (text.ptr)
        cr_json_pair_string(writer, key, text);
    else
        cr_json_pair_null(writer, key);
}
