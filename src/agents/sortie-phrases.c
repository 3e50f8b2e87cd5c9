/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-phrases.h"

#include <string.h>

#define MAX_VALUES 10

static const SortiePhrases phrases[] = {
  {
      .language = "en",
      .in_short = "In short.",
      .findings = "Findings",
      .side_by_side = "Side by side",
      .differences = "Where the documents differ",
      .not_found = "Not found",
      .sources = "Sources",
      .quote_open = "\"",
      .quote_close = "\"",
      .and_join = " and ",
      .list_comma = ", ",
      .comma = ", ",
      .semicolon = "; ",
      .colon = ":",
      .full_stop = ".",
      .empty_cell = "not found",
      .page_format = "p. {n}",
      .unanswered_format = "The documents do not answer: {list}.",
      .nothing = "Nothing was found in the documents that answers the question.",
      .nothing_searched_format = "searched for *{terms}*; no passage answers it.",
      .absent_one_format = "The word *{terms}* occurs in none of the documents.",
      .absent_many_format = "The words *{terms}* occur in none of the documents.",
      .gap = "the search failed and was given up, so this part is missing.",
      .no_documents =
          "No documents were given, so nothing was searched and nothing can be reported.",
      .how_to_add =
          "Name a folder when you start the mission (`--documents DIR`), or make a collection "
          "once "
          "(`sortiectl collections add NAME DIR`) and choose it for the mission.",
      .document_one = "document",
      .document_many = "documents",
      .passage_one = "passage",
      .passage_many = "passages",
      .closing_format =
          "Searched {n} {documents} ({indexed} indexed, {skipped} skipped) in {collections}; "
          "{read} "
          "{passages} read closely, {cited} cited.",
      .closing_without_documents = "No documents were searched.",
      .written = "Written without a language model.",
      .written_by_model = "Written by a language model from the cited passages.",
  },
  {
      .language = "de",
      .in_short = "Kurz gesagt.",
      .findings = "Fundstellen",
      .side_by_side = "Nebeneinander",
      .differences = "Wo die Dokumente voneinander abweichen",
      .not_found = "Nicht gefunden",
      .sources = "Quellen",
      .quote_open = "„",
      .quote_close = "“",
      .and_join = " und ",
      .list_comma = ", ",
      .comma = ", ",
      .semicolon = "; ",
      .colon = ":",
      .full_stop = ".",
      .empty_cell = "nicht gefunden",
      .page_format = "S. {n}",
      .unanswered_format = "Die Dokumente beantworten nicht: {list}.",
      .nothing = "In den Dokumenten wurde nichts gefunden, was die Frage beantwortet.",
      .nothing_searched_format = "gesucht wurde nach *{terms}*; keine Passage beantwortet das.",
      .absent_one_format = "Das Wort *{terms}* kommt in keinem der Dokumente vor.",
      .absent_many_format = "Die Wörter *{terms}* kommen in keinem der Dokumente vor.",
      .gap = "die Suche ist fehlgeschlagen und wurde aufgegeben; dieser Teil fehlt.",
      .no_documents =
          "Es wurden keine Dokumente angegeben; nichts wurde durchsucht, und es gibt nichts zu "
          "berichten.",
      .how_to_add =
          "Nennen Sie beim Start der Mission einen Ordner (`--documents ORDNER`), oder legen "
          "Sie einmal "
          "eine Sammlung an (`sortiectl collections add NAME ORDNER`) und wählen Sie sie für "
          "die Mission "
          "aus.",
      .document_one = "Dokument",
      .document_many = "Dokumente",
      .passage_one = "Passage",
      .passage_many = "Passagen",
      .closing_format =
          "{n} {documents} durchsucht ({indexed} indexiert, {skipped} übersprungen) in "
          "{collections}; "
          "{read} {passages} genau gelesen, {cited} zitiert.",
      .closing_without_documents = "Es wurden keine Dokumente durchsucht.",
      .written = "Ohne Sprachmodell geschrieben.",
      .written_by_model = "Von einem Sprachmodell aus den zitierten Passagen geschrieben.",
  },
  {
      .language = "fr",
      .in_short = "En bref.",
      .findings = "Résultats",
      .side_by_side = "Côte à côte",
      .differences = "Où les documents diffèrent",
      .not_found = "Non trouvé",
      .sources = "Sources",
      .quote_open = "« ",
      .quote_close = " »",
      .and_join = " et ",
      .list_comma = ", ",
      .comma = ", ",
      .semicolon = "; ",
      .colon = ":",
      .full_stop = ".",
      .empty_cell = "non trouvé",
      .page_format = "p. {n}",
      .unanswered_format = "Les documents ne répondent pas à : {list}.",
      .nothing = "Rien n’a été trouvé dans les documents qui réponde à la question.",
      .nothing_searched_format = "recherche de *{terms}* ; aucun passage n’y répond.",
      .absent_one_format = "Le mot *{terms}* ne figure dans aucun des documents.",
      .absent_many_format = "Les mots *{terms}* ne figurent dans aucun des documents.",
      .gap = "la recherche a échoué et a été abandonnée ; cette partie manque.",
      .no_documents =
          "Aucun document n’a été indiqué : rien n’a été recherché et il n’y a rien à rapporter.",
      .how_to_add =
          "Indiquez un dossier au lancement de la mission (`--documents DOSSIER`), ou créez "
          "une fois une "
          "collection (`sortiectl collections add NOM DOSSIER`) et choisissez-la pour la "
          "mission.",
      .zero_is_one = TRUE,
      .document_one = "document",
      .document_many = "documents",
      .passage_one = "passage",
      .passage_many = "passages",
      .closing_format = "Recherche dans {n} {documents} ({indexed} indexés, {skipped} ignorés) de "
                        "{collections} ; "
                        "{read} {passages} lus attentivement, {cited} cités.",
      .closing_without_documents = "Aucun document n’a été consulté.",
      .written = "Rédigé sans modèle de langage.",
      .written_by_model = "Rédigé par un modèle de langage à partir des passages cités.",
  },
  {
      .language = "es",
      .in_short = "En resumen.",
      .findings = "Resultados",
      .side_by_side = "Lado a lado",
      .differences = "Dónde difieren los documentos",
      .not_found = "No encontrado",
      .sources = "Fuentes",
      .quote_open = "«",
      .quote_close = "»",
      .and_join = " y ",
      .list_comma = ", ",
      .comma = ", ",
      .semicolon = "; ",
      .colon = ":",
      .full_stop = ".",
      .empty_cell = "no encontrado",
      .page_format = "p. {n}",
      .unanswered_format = "Los documentos no responden a: {list}.",
      .nothing = "No se ha encontrado en los documentos nada que responda a la pregunta.",
      .nothing_searched_format = "se buscó *{terms}*; ningún pasaje lo responde.",
      .absent_one_format = "La palabra *{terms}* no aparece en ninguno de los documentos.",
      .absent_many_format = "Las palabras *{terms}* no aparecen en ninguno de los documentos.",
      .gap = "la búsqueda falló y se abandonó; falta esta parte.",
      .no_documents =
          "No se indicaron documentos, así que no se buscó nada y no hay nada que informar.",
      .how_to_add = "Indique una carpeta al iniciar la misión (`--documents CARPETA`), o cree una "
                    "colección una vez "
                    "(`sortiectl collections add NOMBRE CARPETA`) y elíjala para la misión.",
      .document_one = "documento",
      .document_many = "documentos",
      .passage_one = "pasaje",
      .passage_many = "pasajes",
      .closing_format = "Se buscó en {n} {documents} ({indexed} indexados, {skipped} omitidos) de "
                        "{collections}; "
                        "{read} {passages} leídos con atención, {cited} citados.",
      .closing_without_documents = "No se buscó en ningún documento.",
      .written = "Escrito sin modelo de lenguaje.",
      .written_by_model = "Escrito por un modelo de lenguaje a partir de los pasajes citados.",
  },
  {
      .language = "ja",
      .in_short = "要約。",
      .findings = "見つかった記述",
      .side_by_side = "対比",
      .differences = "文書間で異なる点",
      .not_found = "見つからなかった内容",
      .sources = "出典",
      .quote_open = "「",
      .quote_close = "」",
      .and_join = "と",
      .list_comma = "、",
      .comma = "、",
      .semicolon = "、",
      .colon = "：",
      .full_stop = "。",
      .empty_cell = "見つかりません",
      .page_format = "{n}ページ",
      .unanswered_format = "次の点については、文書に答えがありません：{list}。",
      .nothing = "質問に答える内容は、文書の中に見つかりませんでした。",
      .nothing_searched_format = "「{terms}」を検索しましたが、答えとなる記述はありません。",
      .absent_one_format = "「{terms}」という語は、どの文書にも出てきません。",
      .absent_many_format = "「{terms}」という語は、どの文書にも出てきません。",
      .gap = "検索に失敗して中止したため、この部分は欠けています。",
      .no_documents = "文書が指定されなかったため、何も検索されず、報告できる内容がありません。",
      .how_to_add =
          "ミッションの開始時にフォルダーを指定するか（`--documents DIR`）、コレクションを一度作成し"
          "て（`sortiectl collections add NAME DIR`）、ミッションで選択してください。",
      .document_one = "件の文書",
      .document_many = "件の文書",
      .passage_one = "件の抜粋",
      .passage_many = "件の抜粋",
      .closing_format =
          "{collections}の{n}{documents}を検索しました（索引済み{indexed}件、"
          "スキップ{skipped}件）。{read}{passages}を精読し、{cited}件を引用しました。",
      .closing_without_documents = "文書は検索されませんでした。",
      .written = "言語モデルを使わずに作成されました。",
      .written_by_model = "引用した抜粋をもとに、言語モデルが作成しました。",
  },
  {
      .language = "pt",
      .in_short = "Em resumo.",
      .findings = "Resultados",
      .side_by_side = "Lado a lado",
      .differences = "Onde os documentos divergem",
      .not_found = "Não encontrado",
      .sources = "Fontes",
      .quote_open = "“",
      .quote_close = "”",
      .and_join = " e ",
      .list_comma = ", ",
      .comma = ", ",
      .semicolon = "; ",
      .colon = ":",
      .full_stop = ".",
      .empty_cell = "não encontrado",
      .page_format = "p. {n}",
      .unanswered_format = "Os documentos não respondem a: {list}.",
      .nothing = "Não foi encontrado nos documentos nada que responda à pergunta.",
      .nothing_searched_format = "busca por *{terms}*; nenhum trecho responde a isso.",
      .absent_one_format = "A palavra *{terms}* não ocorre em nenhum dos documentos.",
      .absent_many_format = "As palavras *{terms}* não ocorrem em nenhum dos documentos.",
      .gap = "a busca falhou e foi abandonada; falta esta parte.",
      .no_documents = "Nenhum documento foi indicado; por isso nada foi pesquisado e não há nada a "
                      "relatar.",
      .how_to_add =
          "Indique uma pasta ao iniciar a missão (`--documents PASTA`) ou crie uma coleção uma vez "
          "(`sortiectl collections add NOME PASTA`) e escolha-a para a missão.",
      .zero_is_one = TRUE,
      .document_one = "documento",
      .document_many = "documentos",
      .passage_one = "trecho",
      .passage_many = "trechos",
      .closing_format = "Busca em {n} {documents} (indexados: {indexed}, ignorados: {skipped}) de "
                        "{collections}; {read} {passages} em leitura atenta, citações: {cited}.",
      .closing_without_documents = "Nenhum documento foi pesquisado.",
      .written = "Escrito sem modelo de linguagem.",
      .written_by_model = "Escrito por um modelo de linguagem a partir dos trechos citados.",
  },
  {
      .language = "zh",
      .in_short = "摘要。",
      .findings = "检索结果",
      .side_by_side = "对照",
      .differences = "文档之间的分歧",
      .not_found = "未找到的内容",
      .sources = "来源",
      .quote_open = "“",
      .quote_close = "”",
      .and_join = "和",
      .list_comma = "、",
      .comma = "，",
      .semicolon = "；",
      .colon = "：",
      .full_stop = "。",
      .empty_cell = "未找到",
      .page_format = "第 {n} 页",
      .unanswered_format = "以下问题在文档中没有答案：{list}。",
      .nothing = "在文档中没有找到能回答该问题的内容。",
      .nothing_searched_format = "搜索了“{terms}”；没有段落能回答此问题。",
      .absent_one_format = "“{terms}”一词没有出现在任何文档中。",
      .absent_many_format = "“{terms}”等词没有出现在任何文档中。",
      .gap = "搜索失败并已放弃，因此缺少这一部分。",
      .no_documents = "没有提供任何文档，因此未进行搜索，也没有可报告的内容。",
      .how_to_add = "请在启动任务时指定文件夹（`--documents DIR`），或者先创建一个文档集"
                    "（`sortiectl collections add NAME DIR`），再为任务选择它。",
      .document_one = "个文档",
      .document_many = "个文档",
      .passage_one = "个段落",
      .passage_many = "个段落",
      .closing_format = "在{collections}中搜索了 {n} {documents}（已索引 {indexed} 个，跳过 "
                        "{skipped} 个）；精读 {read} {passages}，引用 {cited} 个。",
      .closing_without_documents = "没有搜索任何文档。",
      .written = "未使用语言模型撰写。",
      .written_by_model = "由语言模型根据所引用的段落撰写。",
  },
};

const SortiePhrases *
sortie_phrases_get (const char *language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (g_strcmp0 (phrases[i].language, language) == 0)
      return &phrases[i];
  return &phrases[0];
}

gboolean
sortie_phrases_is_one (const SortiePhrases *self, gint64 n)
{
  return n == 1 || (n == 0 && self->zero_is_one);
}

char *
sortie_phrases_format (const char *format, ...)
{
  const char *names[MAX_VALUES];
  const char *values[MAX_VALUES];
  int n = 0;
  va_list args;
  GString *result = g_string_new (NULL);

  va_start (args, format);
  for (const char *name = va_arg (args, const char *); name != NULL && n < MAX_VALUES;
       name = va_arg (args, const char *))
    {
      names[n] = name;
      values[n++] = va_arg (args, const char *);
    }
  va_end (args);

  for (const char *p = format; *p != '\0';)
    {
      const char *end = *p == '{' ? strchr (p, '}') : NULL;
      int found = -1;

      for (int i = 0; end != NULL && i < n && found < 0; i++)
        if (strlen (names[i]) == (gsize) (end - p - 1) &&
            strncmp (names[i], p + 1, (gsize) (end - p - 1)) == 0)
          found = i;
      if (found >= 0)
        {
          g_string_append (result, values[found]);
          p = end + 1;
        }
      else
        g_string_append_c (result, *p++);
    }
  return g_string_free (result, FALSE);
}
