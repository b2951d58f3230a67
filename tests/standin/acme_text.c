#include "acme_text.h"

#include <string.h>

#include "conf.h"

#define PICK(table, bits) ((table)[(bits) % (sizeof(table) / sizeof((table)[0]))])

static const char *const stems[] = {"Müller & Söhne", "Caf\\u00e9 du Monde", "Nordic Steel",
    "\\\"Quick\\\" Couriers", "東京商事", "Fabryka Łódź", "Oak\\/Pine Timber", "Van der Berg",
    "Azul Cerámica", "Delta Paper", "Harbour \\u0026 Sons", "Papaya 🥭 Trading"};

static const char *const forms[] = {"GmbH", "Ltd", "B.V.", "S.A.", "AB", "Inc"};

static const char *const streets[] = {"Kaiserstraße", "Rue de l'\\u00c9glise", "Harbour Road",
    "Keizersgracht", "Storgatan", "ul. Długa"};

/* clang-format off */
static const struct {
	const char *city, *country, *vat;
} places[] = {
    {"München",   "DE", "DE"},
    {"Paris",     "fr", "FR"},
    {"London",    "GB", "GB"},
    {"Amsterdam", "NL", "NL"},
    {"Malmö",     "SE", "SE"},
    {"Gdańsk",    "pl", "PL"},
};
/* clang-format on */

static const char *const people[] = {
    "Anna Ek", "José Ruiz", "Mei Tan", "Ola Berg", "Zo\\u00eb Roth", "Ian O'Neil"};

static const char *const tags[] = {"[]", "[\"it\"]", "[\"it\",\"services\"]",
    "[\"raw material\",\"eu\"]", "[\"freight\",\"priority\",\"eu\"]"};

uint64_t
acme_hash(uint64_t i, uint64_t salt)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u + (uint64_t)conf.seed * 0xc2b2ae3d27d4eb4fu +
		     salt * 0x165667b19e3779f9u;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 29) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static void
put_name(struct sb *out, uint64_t h, size_t index, uint32_t revision)
{
	sb_str(out, h % 23 == 0 ? ",\"name\":\"  " : ",\"name\":\"");
	sb_str(out, PICK(stems, h >> 8));
	sb_ch(out, ' ');
	sb_str(out, PICK(forms, h >> 16));
	sb_ch(out, ' ');
	sb_uint(out, index + 1, 1);
	if (revision > 0) {
		sb_str(out, " (rev ");
		sb_uint(out, revision, 1);
		sb_ch(out, ')');
	}
	sb_ch(out, '"');
}

/* One in eleven says nothing of being active, one in five of the rest is not. */
static void
put_active(struct sb *out, uint64_t h)
{
	if (h % 11 != 0)
		sb_str(out, h % 5 == 0 ? ",\"active\":false" : ",\"active\":true");
}

static void
put_address(struct sb *out, uint64_t h)
{
	size_t place = (h >> 24) % (sizeof(places) / sizeof(places[0]));

	if (h % 19 == 1)
		return;
	if (h % 17 == 0) {
		sb_str(out, ",\"address\":null");
		return;
	}
	sb_str(out, ",\"address\":{\"street\":\"");
	sb_str(out, PICK(streets, h >> 32));
	sb_ch(out, ' ');
	sb_uint(out, (h >> 40) % 300 + 1, 1);
	sb_str(out, "\",\"city\":\"");
	sb_str(out, places[place].city);
	if (h % 13 == 0) {
		sb_str(out, "\",\"country\":null");
	} else {
		sb_str(out, "\",\"country\":\"");
		sb_str(out, places[place].country);
		sb_ch(out, '"');
	}
	sb_str(out, ",\"postal_code\":\"");
	sb_uint(out, (h >> 20) % 100000, 5);
	sb_str(out, "\"}");
}

static void
put_contact(struct sb *out, uint64_t h, size_t index)
{
	sb_str(out, ",\"contact\":{\"name\":\"");
	sb_str(out, PICK(people, h >> 12));
	sb_str(out, "\",\"email\":\"ap.");
	sb_uint(out, index + 1, 6);
	sb_str(out, "@supplier.example\",\"phone\":\"+49 89 ");
	sb_uint(out, (h >> 28) % 10000000, 7);
	sb_str(out, "\"}");
}

/* Numbers that a careless reader spoils: beyond 64 bits, and a trailing zero. */
static void
put_numbers(struct sb *out, uint64_t h, size_t index)
{
	sb_str(out, ",\"ledger_key\":1000000000000");
	sb_uint(out, index + 1, 8);
	sb_str(out, ",\"credit_limit\":");
	sb_uint(out, (h >> 36) % 90000 + 1000, 1);
	sb_str(out, (h >> 44) % 2 == 0 ? ".10" : ".00");
}

void
acme_put(struct sb *out, size_t index, const struct supplier *s)
{
	uint64_t h = acme_hash(index, 0);

	sb_str(out, "{\"id\":");
	sb_uint(out, index + 1, 1);
	sb_str(out, ",\"number\":\"S");
	sb_uint(out, index + 1, 6);
	sb_ch(out, '"');
	put_name(out, h, index, s->revision);
	put_active(out, h);
	sb_str(out, ",\"vat_number\":\"");
	sb_str(out, places[(h >> 24) % (sizeof(places) / sizeof(places[0]))].vat);
	sb_uint(out, h % 1000000000, 9);
	sb_ch(out, '"');
	put_address(out, h);
	put_contact(out, h, index);
	sb_str(out, ",\"tags\":");
	sb_str(out, PICK(tags, h >> 48));
	put_numbers(out, h, index);
	sb_str(out, ",\"updated_at\":");
	if (s->literal != NULL) {
		sb_str(out, s->literal);
	} else {
		sb_ch(out, '"');
		when_put(out, s->at.s);
		sb_ch(out, '"');
	}
	sb_ch(out, '}');
}
