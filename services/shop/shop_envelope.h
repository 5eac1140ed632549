/* shop_envelope: the additional edition's answer around a result:
 * {"responseMetaVO":{"allRecordCount":N},"resultVO":...}
 *
 * Ownership: the writer is the caller's, begin makes it one of `out`; write exactly one value
 *            between begin and end.
 * Threads:   any.
 */
#ifndef SHOP_ENVELOPE_H
#define SHOP_ENVELOPE_H

#include "cr_json_writer.h"

void shop_envelope_begin(struct cr_json_writer *writer, struct cr_buf *out,
                         int64_t all_record_count);
void shop_envelope_end(struct cr_json_writer *writer);

/* The same around a list: write its values between begin and end. */
void shop_envelope_begin_list(struct cr_json_writer *writer, struct cr_buf *out,
                              int64_t all_record_count);
void shop_envelope_end_list(struct cr_json_writer *writer);

/* The whole answer to a DELETE: the number of ids sent, and an empty text. */
void shop_envelope_removed(struct cr_buf *out, size_t count);

/* A text member that may be null. */
void shop_pair(struct cr_json_writer *writer, const char *key, struct cr_slice text);

#endif
