/* libhttp-parser behind foreign.h. */
#include "foreign.h"

#include <http_parser.h>
#include <stdlib.h>
#include <strings.h>

struct reading {
    struct foreign *foreign;
    enum foreign_kind kind;
    struct cr_buf name;
    struct cr_buf value;
    bool in_value;
    bool behind_head; /* what comes now are trailers */
};

static struct reading *of(http_parser *parser)
{
    return parser->data;
}

static struct foreign_message *message_of(http_parser *parser)
{
    return &of(parser)->foreign->messages[of(parser)->foreign->count];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct cr_slice trim(struct cr_slice text)
{
    while (text.len && is_blank(text.ptr[0]))
        text = cr_slice_from(text, 1);
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

void foreign_field(struct cr_buf *out, struct cr_slice name, struct cr_slice value)
{
    name = trim(name);
    value = trim(value);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        cr_buf_char(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
    }
    cr_buf_text(out, ": ");
    cr_buf_slice(out, value);
    cr_buf_char(out, '\n');
}

static void end_field(http_parser *parser)
{
    struct reading *reading = of(parser);
    if (reading->in_value)
        foreign_field(&message_of(parser)->fields, cr_buf_view(&reading->name),
                      cr_buf_view(&reading->value));
    cr_buf_reset(&reading->name);
    cr_buf_reset(&reading->value);
    reading->in_value = false;
}

static int on_begin(http_parser *parser)
{
    of(parser)->in_value = of(parser)->behind_head = false;
    cr_buf_reset(&of(parser)->name);
    cr_buf_reset(&of(parser)->value);
    return of(parser)->foreign->count == FOREIGN_MESSAGES_MAX;
}

static int on_url(http_parser *parser, const char *at, size_t length)
{
    cr_buf_append(&message_of(parser)->target, at, length);
    return 0;
}

static int on_name(http_parser *parser, const char *at, size_t length)
{
    if (of(parser)->in_value && !of(parser)->behind_head)
        end_field(parser);
    cr_buf_append(&of(parser)->name, at, length);
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t length)
{
    of(parser)->in_value = true;
    cr_buf_append(&of(parser)->value, at, length);
    return 0;
}

/* 1: no body follows, whatever the fields say. An upgrade is the caller's affair, not the reader's.
 */
static int on_head(http_parser *parser)
{
    unsigned status = parser->status_code;
    end_field(parser);
    of(parser)->behind_head = true;
    parser->upgrade = 0;
    if (of(parser)->kind == FOREIGN_REQUEST) {
        cr_buf_text(&message_of(parser)->method, http_method_str((enum http_method)parser->method));
        return 0;
    }
    message_of(parser)->status = (int)status;
    return of(parser)->kind == FOREIGN_ANSWER_TO_HEAD || status < 200 || status == 204 ||
           status == 304;
}

static int on_body(http_parser *parser, const char *at, size_t length)
{
    cr_buf_append(&message_of(parser)->body, at, length);
    return 0;
}

static int on_complete(http_parser *parser)
{
    of(parser)->foreign->count++;
    return 0;
}

/* It notes a Transfer-Encoding as soon as those letters are there, whatever the name goes on with.
 */
static bool is_misled(struct cr_slice text)
{
    static const char word[] = "transfer-encoding";
    for (size_t i = 0; i + sizeof(word) <= text.len; i++)
        if (strncasecmp(text.ptr + i, word, sizeof(word) - 1) == 0 &&
            text.ptr[i + sizeof(word) - 1] != ':')
            return true;
    return false;
}

void foreign_read(struct foreign *foreign, enum foreign_kind kind, struct cr_slice text)
{
    static const http_parser_settings settings = {.on_message_begin = on_begin,
                                                  .on_url = on_url,
                                                  .on_header_field = on_name,
                                                  .on_header_value = on_value,
                                                  .on_headers_complete = on_head,
                                                  .on_body = on_body,
                                                  .on_message_complete = on_complete};
    struct reading reading = {.foreign = foreign, .kind = kind};
    http_parser parser;
    *foreign = (struct foreign){0};
    http_parser_init(&parser, kind == FOREIGN_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE);
    parser.data = &reading;
    size_t used = http_parser_execute(&parser, &settings, text.ptr, text.len);
    if (used == text.len && HTTP_PARSER_ERRNO(&parser) == HPE_OK)
        http_parser_execute(&parser, &settings, NULL, 0);
    foreign->failed = HTTP_PARSER_ERRNO(&parser) != HPE_OK;
    foreign->misled = foreign->failed && is_misled(text);
    foreign->unknown_method =
        HTTP_PARSER_ERRNO(&parser) == HPE_INVALID_METHOD && foreign->count == 0;
    cr_buf_free(&reading.name);
    cr_buf_free(&reading.value);
}

void foreign_free(struct foreign *foreign)
{
    for (size_t i = 0; i < FOREIGN_MESSAGES_MAX; i++) {
        struct foreign_message *message = &foreign->messages[i];
        cr_buf_free(&message->method);
        cr_buf_free(&message->target);
        cr_buf_free(&message->fields);
        cr_buf_free(&message->body);
    }
}
