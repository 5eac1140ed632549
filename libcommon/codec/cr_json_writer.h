/* cr_json_writer: writes compact JSON into a buffer, value by value; commas come by themselves.
 *
 *     struct cr_json_writer w;
 *     cr_json_init(&w, &buf);
 *     cr_json_begin_object(&w);
 *     cr_json_pair_text(&w, "status", "UP");
 *     cr_json_end_object(&w);
 *
 * Ownership: the buffer is the caller's; the writer holds no memory.
 * Errors:    those of the buffer, sticky: check cr_buf_status once at the end. A value without a
 * key in an object, an unbalanced end or more than CR_JSON_WRITER_DEPTH_MAX levels are programmer
 * errors and abort. Threads:   one at a time. Source:    RFC 8259. Bytes that are not UTF-8 are
 * written as U+FFFD, so the output always is.
 */
#ifndef CR_JSON_WRITER_H
#define CR_JSON_WRITER_H

#include "cr_buf.h"
#include "cr_tree.h"

enum { CR_JSON_WRITER_DEPTH_MAX = 160 };

/* Treat the fields as private. */
struct cr_json_writer {
    struct cr_buf *out;
    unsigned depth;
    bool comma;                                    /* something stands before on this level */
    bool keyed;                                    /* a key waits for its value */
    uint8_t objects[CR_JSON_WRITER_DEPTH_MAX / 8]; /* bit per level: object or array */
};

void cr_json_init(struct cr_json_writer *writer, struct cr_buf *out);

void cr_json_begin_object(struct cr_json_writer *writer);
void cr_json_end_object(struct cr_json_writer *writer);
void cr_json_begin_array(struct cr_json_writer *writer);
void cr_json_end_array(struct cr_json_writer *writer);
void cr_json_key(struct cr_json_writer *writer, const char *key);
void cr_json_key_slice(struct cr_json_writer *writer, struct cr_slice key);

void cr_json_string(struct cr_json_writer *writer, struct cr_slice text);
void cr_json_text(struct cr_json_writer *writer, const char *text); /* NULL writes null */
void cr_json_int(struct cr_json_writer *writer, int64_t value);
/* As Java prints a double ("1.0", "6.02E23"); null when not finite. */
void cr_json_double(struct cr_json_writer *writer, double value);
void cr_json_bool(struct cr_json_writer *writer, bool value);
void cr_json_null(struct cr_json_writer *writer);
/* A number's text or a rendered fragment, as it is. */
void cr_json_raw(struct cr_json_writer *writer, struct cr_slice json);
void cr_json_tree(struct cr_json_writer *writer, const struct cr_tree *tree);

/* Key and value in one call. */
void cr_json_pair_object(struct cr_json_writer *writer, const char *key); /* key, then begin */
void cr_json_pair_array(struct cr_json_writer *writer, const char *key);
void cr_json_pair_string(struct cr_json_writer *writer, const char *key, struct cr_slice text);
void cr_json_pair_text(struct cr_json_writer *writer, const char *key, const char *text);
void cr_json_pair_int(struct cr_json_writer *writer, const char *key, int64_t value);
void cr_json_pair_double(struct cr_json_writer *writer, const char *key, double value);
void cr_json_pair_bool(struct cr_json_writer *writer, const char *key, bool value);
void cr_json_pair_null(struct cr_json_writer *writer, const char *key);
void cr_json_pair_raw(struct cr_json_writer *writer, const char *key, struct cr_slice json);

/* A quoted and escaped JSON string, without a writer. */
void cr_json_quote(struct cr_buf *out, struct cr_slice text);

#endif
