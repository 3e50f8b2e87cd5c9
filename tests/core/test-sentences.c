/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-text.h"

#include <string.h>

/* A text and its sentences, with `^` where one ends and the next begins: what is between is what must
 * come out, byte for byte. `{` and `}` hold what belongs to no sentence (a list marker, say). */
typedef struct
{
  const char *name;
  const char *marked;
} Case;

static const Case english[] = {
  { "plain", "It rained. ^It poured." },
  { "one", "It rained." },
  { "no full stop", "It rained" },
  { "marks", "Really? ^Yes! ^Well." },
  { "runs of marks", "Really?! ^No!!! ^What?? ^Fine." },
  { "title", "Dr. Miller met Mr. and Mrs. Brown. ^Prof. Smith left." },
  { "military", "Gen. Lee met Col. Hart and Sgt. Pepper." },
  { "eg", "Use a queue, e.g. Redis. ^It is fast." },
  { "eg with comma", "Use a queue, e.g., Redis. ^It is fast." },
  { "ie", "One of them, i.e. The Times, wrote it." },
  { "spaced eg", "Use a queue, e. g. one of these. ^It is fast." },
  { "etc in mid-sentence", "Queues, streams, etc. are fine. ^So is this." },
  { "etc at the end", "Queues, streams, etc. ^Streams are fine." },
  { "etc at the end, cut", "Queues, streams, etc. ^The rest is fine." },
  { "etc in brackets", "All (queues, etc.) are fine. ^So is this." },
  { "vs", "It is Redis vs. Kafka. ^Both work." },
  { "cf", "This is known (cf. Lamport 1978). ^It holds." },
  { "number", "See No. 5 and Nos. 6 and 7. ^Then go." },
  { "no is a word", "The answer is no. ^The end." },
  { "no is a word before a name", "The answer is no. ^Peter left." },
  { "figure", "See Fig. 3 and Figs. 4 and 5. ^Then go." },
  { "figure with letter", "See Fig. A and Tab. IV there. ^Then go." },
  { "art is a word", "He loves modern art. ^The museum is closed." },
  { "page", "See p. 5 and pp. 7–9. ^Then go." },
  { "section", "See Sec. 4.2 and Ch. 7 of it. ^Then go." },
  { "volume", "It is in Vol. II of it. ^Then go." },
  { "approximately", "It took approx. 5 days. ^Then it ended." },
  { "initials", "J. R. R. Tolkien and C.S. Lewis met. ^They talked." },
  { "initial in a name", "John F. Kennedy and George W. Bush met. ^They talked." },
  { "initial that is a word too", "J. A. Smith wrote it. ^It is good." },
  { "pronoun at the end", "She is taller than I. ^He is not." },
  { "letter at the end", "Take vitamin C. ^It helps." },
  { "country", "The U.S. Senate met in the U.S. ^It was late." },
  { "company", "Apple Inc. sells phones. ^Alphabet Inc. does too." },
  { "company at the end", "It was sold by Apple Inc. ^The price was high." },
  { "junior", "Martin Luther King Jr. spoke. ^All listened." },
  { "time", "It began at 5 p.m. sharp. ^It ended at 9 p.m. ^We left." },
  { "month", "It began on Jan. 5 and ended in Dec. 1999. ^We left." },
  { "saint", "He lives in St. Louis. ^She lives on Main St. ^They met." },
  { "doctor's degree", "She has a Ph.D. in physics. ^He has a Ph.D. ^They met." },
  { "et al", "Lamport et al. (1982) showed it. ^Others, see Gray et al. ^They agree." },
  { "decimal", "It costs 3.5 dollars. ^It cost 2.25. ^Now it is 1,000.50 more." },
  { "decimal at the end", "It costs 3.5. ^The price is fair." },
  { "section number in text", "This is in section 9.2. ^The supplier is liable. ^See 9.2.1 too." },
  { "section number first", "9.2. Liability for defects follows." },
  { "version", "Use version v1.2.3. ^It is stable. ^Not 2.0.0-rc.1 please." },
  { "version at the end", "Use v1.2.3." },
  { "year at the end", "It was founded in 1990. ^Redis came later." },
  { "number at the end", "There were 12. ^The others left." },
  { "number at the end before a name", "There were 12. ^Redis left." },
  { "starts with a number", "It ended. ^12 people left. ^3.5 million came." },
  { "ellipsis goes on", "He waited ... and waited… in vain. ^Then he left." },
  { "ellipsis ends", "He waited... ^Then he left… ^She stayed." },
  { "ellipsis in brackets", "The supplier [...] The goods are his. ^All (...) Good ones." },
  { "spaced ellipsis", "He waited . . . and left." },
  { "address", "See https://example.org/a.b/c?d=e&f=g.h for it. ^It is there." },
  { "address at the end", "See https://example.org/index.html. ^It is there." },
  { "mail", "Write to j.doe@example.co.uk. ^She answers." },
  { "host", "Ask example.org. ^It answers." },
  { "file", "Edit foo.conf and /etc/foo.d/bar.conf first. ^Then restart." },
  { "file at the end", "Edit foo.conf. ^Then restart sshd." },
  { "code", "Call foo.bar(). ^It returns x.y in Node.js. ^Done." },
  { "hidden file", "Edit .env first. ^Then .NET works." },
  { "name in lower case", "It was installed. ^foo_bar does that. ^/etc/foo is read." },
  { "code in lower case", "It was installed. ^`dpkg` does that." },
  { "quoted word in lower case", "It was installed. ^\"minimal\" is a word." },
  { "quote ends inside", "He said \"It rains.\" ^Then he left." },
  { "quote ends outside", "He said \"it rains\". ^Then he left." },
  { "typographic quotes", "He said “It rains.” ^“So what?” she said." },
  { "quote goes on", "“Why?” he asked. ^“Stop!” she said." },
  { "single quotes", "He said ‘It rains.’ ^Then he left." },
  { "quote begins", "He left. ^\"It rains,\" she said. ^'Yes.'" },
  { "bracket after the end", "It rained (a lot). ^(It poured.) ^Then it stopped." },
  { "mark in brackets", "It rained (really!) and poured (why?) all day. ^Then it stopped." },
  { "bracket begins", "It rained. ^[Laughter] It poured." },
  { "emphasis", "**It rained.** ^*It poured.* ^_It stopped._" },
  { "citation before", "It rained [1]. ^It poured [2][3]." },
  { "citation after", "It rained. [1] ^It poured. [2][3] ^It stopped. [4] [5]" },
  { "citation without space", "It rained.[1] ^It poured.[2][3]" },
  { "footnote", "It rained.² ^It poured.¹" },
  { "citation on the next line", "It rained.\n[4]" },
  { "citation on the next line, then text", "It rained.\n[4] ^It poured.\n[5][6] ^It stopped." },
  { "exclamation in a name", "Yahoo! is a company. ^So is Google." },
  { "questions in lower case", "what is redis? ^how does it store data?" },
  { "colon and semicolon", "It rained: a lot; then: more. ^It stopped." },
  { "dash begins", "It rained. ^– And it poured." },
  { "dash goes on", "“Stop!” – he said it twice." },
  { "abbreviation in brackets", "All of it (i.e. The Works) is here. ^Buy it." },
  { "slash", "Mr./Mrs. Brown came. ^They left." },
  { "contraction", "You don't. ^You can't. ^I'd. ^We won't." },
  { "list in a sentence", "There are 1. queues and 2. streams. ^Take one." },
  { "ends in an abbreviation", "It was Smith et al." },
  { "wrapped", "It rained all\nday. ^It poured\r\nall night." },
  { "wrapped after an abbreviation", "It was Dr.\nMiller. ^He left." },
  { "tabs and more spaces", "It rained.\t^It poured.   ^It stopped." },
  { "no-break space", "See Fig.\xc2\xa0"
                      "3.{\xc2\xa0}^Then go." },
};

static const Case german[] = {
  { "z. B.", "Das gilt z. B. für alle. ^Das gilt z.B. Herrn Müller. ^Gut." },
  { "d. h.", "Das heißt, d. h. genau so. ^Gut, d.h. Geld." },
  { "u. a.", "Es nennt u. a. Redis. ^Das war es." },
  { "u. a. at the end", "Es nennt Redis u. a. ^Das war es." },
  { "article of a law", "Nach Art. 5 Abs. 2 Nr. 3 gilt es. ^So ist es." },
  { "paragraph of a law", "Siehe § 433 Abs. 1 S. 2 BGB. ^Das gilt." },
  { "i. V. m.", "Nach § 1 i. V. m. § 2 gilt es. ^Das ist so." },
  { "titles", "Dr. Müller und Prof. Meier kamen. ^Dipl.-Ing. Schulze ging." },
  { "figure", "Vgl. Abb. 3 und Tab. 4. ^Dort steht es." },
  { "bzw", "Das ist Redis bzw. Kafka. ^Beide gehen." },
  { "ca", "Es sind ca. 50 Leute. ^Sie gehen." },
  { "usw goes on", "Äpfel, Birnen usw. sind da. ^Sie sind reif." },
  { "usw ends", "Es gibt Äpfel usw. ^Sie sind reif." },
  { "date", "Am 3. Oktober 1990 war es so weit. ^Es war der 3. 10. und kalt." },
  { "date with short month", "Am 5. Dez. 2020 kam es. ^Es blieb." },
  { "ordinal", "Im 19. Jahrhundert kam der 2. Weltkrieg noch nicht. ^Die 5. Auflage erschien." },
  { "ordinal at the end", "Er wurde der 3. ^Das war gut." },
  { "number at the end", "Es waren 12. ^Der Rest fehlte." },
  { "million", "Das kostet 5 Mio. Euro und 3 Mrd. Dollar. ^Das ist viel." },
  { "company", "Die Fa. Müller liefert. ^Sie zahlt." },
  { "quotes", "„Halt!“ rief er. ^„Nein.“ ^Sie ging." },
  { "quotes turned", "»Halt!« rief er. ^»Nein.« ^Sie ging." },
  { "umlaut begins", "Es regnet. ^Übrigens schneit es. ^Ärzte kommen." },
  { "wrapped noun", "Der Lieferant haftet für\nMängel der Sache. ^Er zahlt." },
};

static const Case french[] = {
  { "space before marks", "Vraiment ? ^Oui ! ^Bon." },
  { "guillemets", "Il dit « Vraiment ? » et part. ^« Oui. » ^Elle reste." },
  { "guillemets with no-break spaces",
    "Il dit «\xc2\xa0Vraiment\xc2\xa0?\xc2\xa0» et part. ^«\xc2\xa0Oui.\xc2\xa0» ^Elle reste." },
  { "titles", "M. Dupont et Mme. Durand partent. ^Mgr. Leroy reste." },
  { "law", "Selon l’art. 5, c’est vrai. ^L’art. L. 121-1 dispose. ^Cf. art. R. 5." },
  { "p. ex.", "Prenons p. ex. Redis. ^C’est vrai." },
  { "etc", "Des pommes, etc. ^Elles sont mûres." },
  { "hyphenated initial", "J.-P. Sartre a écrit. ^Il est mort." },
  { "accent begins", "Il pleut. ^À Paris aussi. ^Être ou non." },
};

static const Case spanish[] = {
  { "inverted marks", "¿Qué hora es? ^¡Hola! ^Son las tres." },
  { "titles", "El Sr. López y la Sra. Ruiz vienen. ^La Dra. Gil no." },
  { "country", "Vive en EE. UU. desde 1990. ^Trabaja." },
  { "page", "Véase pág. 5 y núm. 7. ^Allí está." },
  { "p. ej.", "Tomemos p. ej. Redis. ^Es rápido." },
  { "usted", "Ud. sabe. ^Uds. también." },
  { "etc", "Hay manzanas, etc. ^Son buenas." },
};

static const Case other_scripts[] = {
  { "Chinese", "今天天气很好。^明天下雨吗？^会的！^好。" },
  { "Chinese quotes", "他说：「好。」^她走了。^『不！』^完" },
  { "Chinese with numbers", "价格是3.5元。^版本是v1.2。^完" },
  { "Japanese", "今日は天気がいい。^明日は雨？^そうです！^（はい。）^次" },
  { "half-width", "ｶﾀｶﾅ｡^ｶﾀｶﾅ" },
  { "ASCII mark in Chinese", "好吗?^好!^完" },
  { "Hindi", "यह अच्छा है। ^वह आया।" },
  { "Arabic", "هل هذا صحيح؟ ^نعم. ^جيد" },
  { "Russian", "Шёл дождь. ^Он ушёл. ^А. С. Пушкин писал." },
  { "Greek", "Βρέχει. ^Έφυγε." },
};

static const Case blocks[] = {
  { "paragraphs", "One line\n\n^Another line\n \t \n^Third" },
  { "CRLF paragraphs", "One line\r\n\r\n^Another line" },
  { "CR paragraphs", "One line\r\r^Another line" },
  { "Markdown heading", "{# }The title\n^It rained. ^It poured." },
  { "closed heading", "{## }The title{ ##}\n^It rained." },
  { "heading after text", "It rained\n^{### }The title\n^It poured" },
  { "hash is no heading", "#1 is it" },
  { "underlined heading", "The title\n{=====\n}^It rained." },
  { "rule", "It rained\n{\n---\n\n}^It poured" },
  { "plain heading",
    "Liability\n^The supplier is liable for all defects of the goods.\n"
    "^Warranty\n^The warranty ends after two years or when the goods are used up." },
  { "numbered heading", "9.2 Liability for defects\n^The supplier is liable." },
  { "paragraph sign heading", "§ 8 Warranty\n^The supplier is liable." },
  { "capitals", "LIABILITY FOR DEFECTS OF ANY KIND AT ALL\n^The supplier is liable." },
  { "wrapped text has no headings",
    "The supplier of the goods that were bought by the\nHartmann company is liable for every defect\n"
    "Miller or Smith found before the end of the year." },
  { "short line that asks for more",
    "The supplier and the\nBuyer agree on everything that follows here." },
  { "bullets", "{- }First item\n^{- }Second item\n^{* }Third item" },
  { "bullets with sentences", "{- }First item. ^More of it.\n^{- }Second item.\n  ^It goes on." },
  { "items over lines", "{- }First item that\n  goes on\n^{- }Second item" },
  { "lead-in", "Take these:\n^{- }apples\n^{- }pears" },
  { "numbers", "{1. }First item\n^{2. }Second item\n^{10. }Tenth item" },
  { "numbers with brackets",
    "{1) }First item\n^{(2) }Second item\n^{a) }Third item\n^{(iv) }Last" },
  { "number that is no marker", "It was founded in the year\n1984. ^It grew." },
  { "number that wraps", "There were about\n12. ^They left." },
  { "decimal begins a line", "It costs\n3.5 dollars." },
  { "typographic bullets", "{• }First item\n^{• }Second item" },
  { "bullets in one line", "Take ^{• }apples ^{• }pears" },
  { "nested", "{- }First\n  ^{- }Second\n    ^{1. }Third" },
  { "check boxes", "{- [ ] }First\n^{- [x] }Second" },
  { "quotation", "{> }It rained. ^It poured." },
  { "initial begins a line", "It was written by\nA. Smith in May." },
  { "table", "| a. B | c |\n{|---|---|\n}^| d | e |" },
  { "code", "It is so:\n{\n```c\n}^int x = 1.5;\n^x++;\n{```\n}^Done." },
  { "heading over a wide paragraph",
    "Why extraction is still worth doing\n^The main advantage of extractive summarisation is that it "
    "cannot\ninvent." },
  { "references", "Sources:\n^[1] Knuth. ^A book.\n^[2] Dijkstra. ^A letter." },
  { "dash that came to begin a line",
    "In each case the actions are run backwards\n- this means that the scripts are\nrun again." },
  { "lead-in of one line", "Take these\n^{- }apples" },
  { "minus in text", "It is 5 - 3 here. ^It is -5." },
};

/* Takes the marks out of the text and gives the sentences that they tell of. */
static GString *
unmark (const char *marked, GPtrArray *sentences)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GString) sentence = g_string_new (NULL);
  gboolean outside = FALSE;

  for (const char *at = marked;; at++)
    {
      if (*at == '{' || *at == '}')
        outside = *at == '{';
      else if (*at != '^' && *at != '\0')
        {
          g_string_append_c (text, *at);
          if (!outside)
            g_string_append_c (sentence, *at);
          continue;
        }
      if (*at != '^' && *at != '\0')
        continue;
      g_ptr_array_add (sentences, g_strdup (g_strstrip (sentence->str)));
      g_string_truncate (sentence, 0);
      if (*at == '\0')
        return text;
    }
}

static void
assert_case (const Case *test)
{
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = unmark (test->marked, expected);
  g_autofree char *exact = g_memdup2 (text->str, text->len);
  g_autoptr (GArray) found = sortie_text_split_sentences (exact, text->len);
  g_autoptr (GString) listed = g_string_new (NULL);
  g_autoptr (GString) wanted = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      SortieSpan span = g_array_index (found, SortieSpan, i);

      g_string_append_printf (listed, "[%.*s]", (int) (span.end - span.start), exact + span.start);
    }
  for (guint i = 0; i < expected->len; i++)
    g_string_append_printf (wanted, "[%s]", (char *) g_ptr_array_index (expected, i));
  g_test_message ("%s", test->name);
  g_assert_cmpstr (listed->str, ==, wanted->str);
}

#define DEFINE_TABLE_TEST(table)                                                                   \
  static void test_##table (void)                                                                  \
  {                                                                                                \
    for (gsize i = 0; i < G_N_ELEMENTS (table); i++)                                               \
      assert_case (&table[i]);                                                                     \
  }

DEFINE_TABLE_TEST (english)
DEFINE_TABLE_TEST (german)
DEFINE_TABLE_TEST (french)
DEFINE_TABLE_TEST (spanish)
DEFINE_TABLE_TEST (other_scripts)
DEFINE_TABLE_TEST (blocks)

/* Text full of names and nouns with capitals, which a wrong guess at headings would cut. */
static const char *const wrapped_texts[] = {
  "Der Auftragnehmer haftet für Mängel der gelieferten Sache nach Maßgabe der gesetzlichen "
  "Vorschriften. Die Verjährungsfrist für Ansprüche wegen Mängeln beträgt 24 Monate ab Abnahme der "
  "Leistung durch den Auftraggeber. Ersatzteile hält die Firma Hartmann GmbH & Co. KG mindestens 10 "
  "Jahre vor. Nach Art. 5 Abs. 2 Nr. 3 der Verordnung (EU) Nr. 910/2014 gilt dies z. B. auch für "
  "Software, Dokumentation und Schulung. Am 3. Oktober 1990 trat die Regelung in Kraft. Die "
  "Bundesrepublik Deutschland, die Republik Österreich und die Schweiz haben das Abkommen über den "
  "Schutz von Daten in Luxemburg unterzeichnet. Prof. Dr. Karl Meier von der Universität München "
  "hat dazu ein Gutachten verfasst. Siehe dazu Abb. 3 und Kap. 5 der Studie.",
  "Hans Peter Luhn of IBM proposed in 1958 to score a sentence by its significant words [1]. The "
  "United States of America and the European Union signed the Paris Agreement in New York City. [2] "
  "President John F. Kennedy met Prime Minister Harold Macmillan in Nassau - Bahamas. Apple Inc. and "
  "Microsoft Corp. sell Software Development Kits for Windows NT, Mac OS X and Red Hat Enterprise "
  "Linux. See Fig. 3 and No. 5 of the Journal of the American Medical Association. [3][4] Dr. Smith "
  "of King's College London and Prof. Jones of Trinity College Dublin disagree.",
};

/* Greedily, at `width` characters. */
static GString *
wrap (const char *text, long width)
{
  GString *wrapped = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  long used = 0;

  for (gsize i = 0; words[i] != NULL; i++)
    {
      long length = g_utf8_strlen (words[i], -1);

      if (i > 0)
        g_string_append_c (wrapped, used + 1 + length > width ? '\n' : ' ');
      used = i > 0 && used + 1 + length <= width ? used + 1 + length : length;
      g_string_append (wrapped, words[i]);
    }
  return wrapped;
}

static char *
list_sentences (const char *text, gsize length)
{
  g_autoptr (GArray) sentences = sortie_text_split_sentences (text, length);
  g_autoptr (GString) listed = g_string_new (NULL);

  for (guint i = 0; i < sentences->len; i++)
    {
      SortieSpan span = g_array_index (sentences, SortieSpan, i);

      g_string_append_printf (listed, "[%.*s]", (int) (span.end - span.start), text + span.start);
    }
  return g_strdelimit (g_string_free (g_steal_pointer (&listed), FALSE), "\n", ' ');
}

/* However a paragraph is wrapped, its sentences are the same. */
static void
test_wrapped (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrapped_texts); i++)
    {
      const char *text = wrapped_texts[i];
      g_autofree char *expected = list_sentences (text, strlen (text));

      for (long width = 25; width < 120; width++)
        {
          g_autoptr (GString) wrapped = wrap (text, width);
          g_autofree char *found = list_sentences (wrapped->str, wrapped->len);

          g_test_message ("wrapped at %ld", width);
          g_assert_cmpstr (found, ==, expected);
        }
    }
}

/* What holds for the sentences of any text. */
static void
assert_sound (const char *text, gsize length, GArray *sentences)
{
  gsize last = 0;

  for (guint i = 0; i < sentences->len; i++)
    {
      SortieSpan span = g_array_index (sentences, SortieSpan, i);

      g_assert_cmpuint (span.start, >=, last);
      g_assert_cmpuint (span.end, >, span.start);
      g_assert_cmpuint (span.end, <=, length);
      g_assert_false (g_ascii_isspace (text[span.start]));
      g_assert_false (g_ascii_isspace (text[span.end - 1]));
      g_assert_true (sortie_text_count_words (text + span.start, span.end - span.start) > 0);
      last = span.end;
    }
}

/* Bytes of any kind: nothing is read past the end, and every span is sound. In valid UTF-8 every span
 * is valid UTF-8. */
static void
test_random (void)
{
  static const char *const parts[] = { ".",
                                       ". ",
                                       "! ",
                                       "?",
                                       "\n",
                                       "\r\n",
                                       "\n\n",
                                       "- ",
                                       "1. ",
                                       "# ",
                                       "> ",
                                       "Dr. ",
                                       "z. B. ",
                                       "a",
                                       "The ",
                                       "U.S. ",
                                       "3.5",
                                       "12. ",
                                       "[1]",
                                       "(",
                                       ")",
                                       "\"",
                                       "\xe2\x80\x9c",
                                       "\xe2\x80\x9d ",
                                       "\xc2\xab ",
                                       "\xc2\xa0\xc2\xbb",
                                       "\xe2\x80\xa6",
                                       "\xe3\x80\x82",
                                       "\xe6\xbc\xa2",
                                       "\xcc\x81",
                                       "```\n",
                                       "| ",
                                       "---\n",
                                       "\xe2\x80\xa2 ",
                                       "etc. ",
                                       "of ",
                                       "ABC\n",
                                       "\xf0\x9f\x92\xa9",
                                       "'",
                                       "-",
                                       "\xff",
                                       "\xe2\x80",
                                       "\xc3",
                                       "\xf0\x9f" };
  const guint n_valid = G_N_ELEMENTS (parts) - 4;
  g_autoptr (GRand) random = g_rand_new_with_seed (20240302);

  for (int round = 0; round < 4000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean valid = round % 2 == 0;
      guint n_parts = valid ? n_valid : G_N_ELEMENTS (parts);
      g_autofree char *exact = NULL;
      g_autoptr (GArray) sentences = NULL;

      for (int n = g_rand_int_range (random, 0, 40); n > 0; n--)
        g_string_append (text, parts[g_rand_int_range (random, 0, (gint32) n_parts)]);
      exact = g_memdup2 (text->str, text->len);
      sentences = sortie_text_split_sentences (exact, text->len);
      assert_sound (exact, text->len, sentences);
      for (guint i = 0; valid && i < sentences->len; i++)
        {
          SortieSpan span = g_array_index (sentences, SortieSpan, i);

          g_assert_true (
              g_utf8_validate (exact + span.start, (gssize) (span.end - span.start), NULL));
        }
    }
}

static void
test_nothing (void)
{
  static const char *const texts[] = { "",           " ",      "\n\n", "...",
                                       "---\n***\n", "- \n- ", "!?",   "\xe2\x80\xa6" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) sentences = sortie_text_split_sentences (texts[i], strlen (texts[i]));

      g_assert_cmpuint (sentences->len, ==, 0);
    }
}

/* A mebibyte of one and the same thing. Whatever takes quadratic time here takes hours. */
static void
test_large (void)
{
  static const char *const parts[] = { ".",          " ",        "a",
                                       ". ",         "a. ",      "A. ",
                                       "1. ",        "1.",       "a\n",
                                       "\n",         "ABC\n",    "- ",
                                       "> ",         "#\n",      "[1]",
                                       ".\n[1]",     ".\"",      "\xc2\xab ",
                                       ". \xc2\xbb", "\xcc\x81", "\xe6\xbc\xa2\xe3\x80\x82",
                                       "|",          "```\n",    "a.-",
                                       "'",          "?",        "\xe2\x80\xa2 a",
                                       "(",          "\xff",     "\xe2",
                                       "Dr. A",      "z. B. ",   "a.  \n",
                                       "The\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GString) text = g_string_sized_new (1024 * 1024 + 16);
      g_autoptr (GArray) sentences = NULL;

      while (text->len < 1024 * 1024)
        g_string_append (text, parts[i]);
      sentences = sortie_text_split_sentences (text->str, text->len);
      g_assert_cmpuint (sentences->len, <=, text->len / 2);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sentences/english", test_english);
  g_test_add_func ("/sentences/german", test_german);
  g_test_add_func ("/sentences/french", test_french);
  g_test_add_func ("/sentences/spanish", test_spanish);
  g_test_add_func ("/sentences/other-scripts", test_other_scripts);
  g_test_add_func ("/sentences/blocks", test_blocks);
  g_test_add_func ("/sentences/wrapped", test_wrapped);
  g_test_add_func ("/sentences/nothing", test_nothing);
  g_test_add_func ("/sentences/random", test_random);
  g_test_add_func ("/sentences/large", test_large);
  return g_test_run ();
}
