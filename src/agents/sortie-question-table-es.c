/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-tables.h"

#define ASPECT                                                                                     \
  "(?:,?\\s+(?:en\\s+términos\\s+de|en\\s+cuanto\\s+al?|con\\s+respecto\\s+al?|"                  \
  "respecto\\s+al?|"                                                                               \
  "en\\s+relación\\s+con|según|desde\\s+el\\s+punto\\s+de\\s+vista\\s+del?)(?:\\s+(?:los?|"      \
  "las?|el))?\\s+(?<t>.+))?$"

#define NUMBER                                                                                     \
  "(?:\\d+|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|unas|unos|pocas|pocos)"

#define ADVANTAGES "ventajas|beneficios|fortalezas|pros|puntos\\s+fuertes|oportunidades"
#define DISADVANTAGES                                                                              \
  "desventajas|inconvenientes|riesgos|debilidades|contras|límites|limitaciones|peligros|"         \
  "costes|"                                                                                        \
  "costos|amenazas|puntos\\s+débiles"
#define OF "(?:\\s+(?<o>de|del|en|para|con|al|a)\\s+(?<x>.+))?$"
#define AND "\\s*(?:,?\\s+(?:y|e|o|u|así\\s+como)\\s+|/)(?:l[oa]s\\s+)?"

/* "nuestros tres contratos", by their common names. */
#define DOCUMENTS                                                                                  \
  "(?:tod[oa]s\\s+)?(?:(?:los|las|nuestr[oa]s|mis|est[oa]s|sus)\\s+)?(?:" NUMBER "\\s+)?"          \
  "(?<d>contratos|acuerdos|ofertas|presupuestos|documentos|archivos|informes|artículos|estudios|" \
  "actas|textos|fuentes|propuestas|pólizas|facturas|convenios|versiones|borradores)"              \
  "(?:\\s+de\\s+(?:suministro|alquiler|trabajo|servicio))?"
#define ABOUT                                                                                      \
  "(?:sobre|acerca\\s+del?|(?:con\\s+)?respecto\\s+(?:al?|del?)|en\\s+cuanto\\s+al?|"              \
  "en\\s+términos\\s+del?|en\\s+materia\\s+del?|según)(?:\\s+(?:las?|los|el))?"

const SortieQuestionTable sortie_question_table_es = {
  .patterns = {
    [SORTIE_PATTERN_CONNECTIVE] = "^(?:y|también|luego|después|primero|finalmente|además)\\b[\\s,:]*",
    [SORTIE_PATTERN_OPENER] =
        "^(?:(?:por\\s+favor|hola)\\b[\\s,!:¿]*|"
        "(?:podrías?|puedes?|podría\\s+usted|puede\\s+usted)\\s+(?=\\w+(?:r|rme|rnos)\\b)|"
        "(?:me\\s+gustaría|quiero|queremos|quisiera|necesito|necesitamos)\\s+(?:saber|"
        "entender|conocer)[\\s,:]*|"
        "(?:dime|dígame|dinos)[\\s,:]*)",
    [SORTIE_PATTERN_REQUEST] =
        "^(?:explica(?:r(?:me|nos)?|me|nos)?|explique|describ(?:e|a|ir)|resum(?:e|a|ir)|"
        "enumer(?:a|e|ar)|list(?:a|e|ar)|analiz(?:a|ar)|"
        "analice|examin(?:a|e|ar)|identifi(?:ca|que|car)|defin(?:e|a|ir)|indi(?:ca|que|car)|"
        "determin(?:a|e|ar)|eval(?:úa|úe|uar)|"
        "redact(?:a|e|ar)|escrib(?:e|a|ir)|da(?:me|nos)?|haz|haga|hacer|prepar(?:a|e|ar)|"
        "bus(?:ca|que|car)|encuentr(?:a|e)|encontrar|"
        "muestr(?:a|e)|mostrar|present(?:a|e|ar)|investi(?:ga|gue|"
        "gar))\\b(?:\\s+(?:brevemente|en\\s+detalle|detalladamente))*"
        "(?:\\s+(?:(?:una?|el|la|los|las)\\s+)?(?:(?:breve|corto|corta)\\s+)*(?:informe|"
        "resumen|visión\\s+general|síntesis|introducción|"
        "explicación|descripción|análisis|artículo|información)\\b(?:\\s+(?:breve|corto|"
        "detallado))*(?:\\s+(?:sobre|del?|acerca\\s+del?))?)?"
        "(?:\\s+(?:sobre|acerca\\s+del?))?(?:\\s+|$)",
    [SORTIE_PATTERN_QUESTION] =
        "^[¿\\s]*(?:(?:a|en|de|para|por|con|sobre|desde|hasta)\\s+)?(?:qué|cuál|cuáles|quién|"
        "quiénes|cuándo|dónde|adónde|"
        "por\\s+qué|cómo|cuánt[oa]s?)\\b|^¿",
    [SORTIE_PATTERN_LEAD] =
        "^[¿\\s]*(?:qué\\s+(?:dice|dicen|establece|establecen)\\s+.{0,60}?\\s+(?:sobre|"
        "acerca\\s+del?|respecto\\s+al?)\\s+(?:(?:el|la|los|las)\\s+)?|"
        "(?:cuál|cuáles|qué|quién|quiénes)\\s+(?:es|son|era|eran)\\s+(?:(?:el|la|los|las|"
        "una?)\\s+)?)",
    [SORTIE_PATTERN_DOCUMENTS] =
        "[,\\s]*\\b(?:según|en|de\\s+acuerdo\\s+con|a\\s+partir\\s+de|"
        "basándose\\s+en)\\s+(?:(?:los|estos|mis|nuestros|las|estas)\\s+)(?:documentos?|"
        "archivos?|fuentes?|textos?|ficheros?)\\b|\\bdicen\\s+(?:los|estos|mis|"
        "nuestros)\\s+(?:documentos|archivos|textos)\\b",
    [SORTIE_PATTERN_LENGTH] =
        "[,;]?\\s*\\b(?:en|con|de|como\\s+máximo|máximo|máx\\.?|unas|unos|aproximadamente)"
        "(?:\\s+(?:unas|unos|como\\s+máximo|máximo|menos\\s+de|aproximadamente|exactamente|"
        "solo))*\\s+" NUMBER
        "(?:\\s*(?:-|–|a|o)\\s*" NUMBER ")?\\s+(?:palabras?|frases?|oraciones?|párrafos?|"
        "páginas?|líneas?|puntos|caracteres)\\b",
    [SORTIE_PATTERN_FORM] =
        "[,;]?\\s*\\b(?:(?:en|como)\\s+(?:forma\\s+de\\s+)?(?:una?\\s+)?(?:tabla|lista|"
        "viñetas|puntos)|con\\s+(?:las\\s+)?(?:fuentes|citas|"
        "referencias)|en\\s+términos\\s+sencillos|brevemente|en\\s+breve)(?=\\s*(?:$|[.,;:]))",
    [SORTIE_PATTERN_CLAUSE] =
        "(?:[,;]\\s*(?:y\\s+|o\\s+|pero\\s+)?|\\s+(?:y|e|o)\\s+)(?=[¿\\s]*(?:(?:a|en|de|para|"
        "por|con|sobre)\\s+(?:qué|cuál|cuáles|quién)|"
        "qué|cuál|cuáles|quién|quiénes|cuándo|dónde|cómo|cuánt[oa]s?)\\b)",
    [SORTIE_PATTERN_LIST_END] = "\\s*,?\\s+(?:y|e|o|u|así\\s+como|&)\\s+",
    [SORTIE_PATTERN_BOUNDARY] =
        "^(?:sobre|de|del|para|por|con|en|a|al|entre|son|es|según|bajo|incluyendo|"
        "especialmente|describe|describa|explica|explique|define)$",
    [SORTIE_PATTERN_WEAK_BOUNDARY] = "^(?:en|por|con|a|al|bajo)$",
    [SORTIE_PATTERN_TAIL] =
        "\\s+(?:(?:de|del|en|para|bajo|entre|por|sobre|con|según|durante|a|al)\\s.+|"
        "(?:difieren|funcionan|se\\s+aplican|significan|son|es|tienen|deben|pueden)\\b.*)$",
    [SORTIE_PATTERN_VERB] =
        "\\b(?:es|son|era|eran|ha|han|hay|será|serán|puede|pueden|debe|deben|si|porque|cuando|"
        "que|aunque)\\b",
    [SORTIE_PATTERN_ASPECT] = ",?\\s+(?<p>en|para|bajo|durante)\\s+(?<t>[^,]+)$",
    [SORTIE_PATTERN_THAT_OF] = "^(?:los|las|el|la)\\s+del?\\s+(?<b>.+)$",
    [SORTIE_PATTERN_ANAPHORA] =
        "\\b(?:él|ella|ellos|ellas|lo|los|las|su|sus|esto|este|esta|estos|estas|ese|esa|esos|"
        "esas|ello|ambos|ambas)\\b",
    [SORTIE_PATTERN_DETERMINER] = "^(?:el|la|los|las|una?|unos|unas|su|sus)\\s+",
    [SORTIE_PATTERN_MEASURE] = "(?:\\bcuánt[oa]s?(?:\\s+tiempo)?|\\bcada\\s+cuánto)\\b",
    [SORTIE_PATTERN_DEFINES] = "(?:\\bqué\\s+(?:es|son|era|significa)|\\bcuál(?:es)?\\s+(?:es|"
        "son)|\\bdefin)",
    [SORTIE_PATTERN_COUNTS] = "(?:\\bcuánt[oa]s?|\\bcuándo|\\bcada\\s+cuánto)",
    [SORTIE_PATTERN_REASONS] = "(?:\\bpor\\s+qué|\\bpara\\s+qué|\\brazones?|\\bmotivos?)",
    [SORTIE_PATTERN_ACROSS] =
        "^(?:compar(?:a|e|ar)\\s+)?(?:lo\\s+)?qu[eé]\\s+dicen\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s+(?<t>.+)$|"
        "^compar(?:a|e|ar)\\s+" DOCUMENTS "\\s+" ABOUT "\\s+(?<t>.+)$|"
        "\\b(?:en\\s+qué|cómo)\\s+se\\s+(?:diferencian|distinguen)\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s+(?<t>.+)$|"
        "\\bdiferencias?\\s+(?:hay\\s+|existen?\\s+)?entre\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s+(?<t>.+)$|"
        "^compar(?:a|e|ar)\\s+" DOCUMENTS "(?:\\s+entre\\s+sí)?$",
  },
  .comparisons = {
    "^(?:compar(?:a|e|ar)|comparación\\s+del?)\\s+(?<a>.+?)\\s+(?:con|frente\\s+al?|contra|"
    "versus|vs\\.?)\\s+(?<b>.+?)" ASPECT,
    "^(?:compar(?:a|e|ar)|comparación\\s+del?)\\s+(?<a>.+?),?\\s+[ye]\\s+(?<b>.+?)" ASPECT,
    "\\b(?:diferencias?|similitudes|semejanzas|comparación|distinción|"
    "relación)(?:\\s+[yeo]\\s+(?:las\\s+)?(?:similitudes|diferencias))?"
    "\\s+(?:hay\\s+|existen?\\s+)?entre\\s+(?<a>.+?),?\\s+[ye]\\s+(?<b>.+?)" ASPECT,
    "\\b(?:en\\s+qué|cómo)\\s+se\\s+(?:diferencian?|"
    "distinguen?)\\s+(?<a>.+?)\\s+del?\\s+(?<b>.+?)" ASPECT,
    "\\b(?:en\\s+qué|cómo)\\s+se\\s+(?:diferencian|"
    "distinguen)\\s+(?<a>.+?),?\\s+[ye]\\s+(?<b>.+?)" ASPECT,
    "\\bqué\\s+distingue\\s+(?:al?\\s+)?(?<a>.+?)\\s+del?\\s+(?<b>.+?)" ASPECT,
    "^(?<a>.{1,120}?)\\s+(?:versus|vs\\.?|frente\\s+al?|"
    "en\\s+comparación\\s+con)\\s+(?<b>.+?)" ASPECT,
  },
  .advantages_first = "\\b(?<p>" ADVANTAGES ")" AND "(?<c>" DISADVANTAGES ")\\b" OF,
  .disadvantages_first = "\\b(?<p>" DISADVANTAGES ")" AND "(?<c>" ADVANTAGES ")\\b" OF,
  .advantages = "ventaja beneficio fortaleza",
  .disadvantages = "desventaja inconveniente riesgo debilidad limitación",
  .advantage_cues =
      "ventaja ventajas beneficio fortaleza útil mejor simple simplifica fácil facilita "
      "rápido eficiente mejora permite permiten posible práctico flexible robusto fiable "
      "seguro seguridad ahorra reduce evita impide ayuda adecuado ideal independiente garantiza",
  .disadvantage_cues =
      "desventaja desventajas inconveniente riesgo riesgos limitación problema problemas "
      "debilidad peligro peligroso no falla fallo lento costoso caro coste costo difícil "
      "dificultad complejo complicado pierde pérdida error errores imposible vulnerable "
      "conflicto restricción sin embargo pero nunca desaconsejado peor",
  .and_word = "y",
  .generic =
      " explica explicar explicame explique describe describir describa resume resumir resuma "
      "enumera enumerar enumere lista listar analiza "
      "analizar analice examina examinar identifica identificar define definir indica indicar "
      "indique determina determinar evalua evaluar "
      "redacta redactar escribe escribir escriba da dame haz hacer prepara preparar busca "
      "buscar busque encuentra encontrar muestra mostrar "
      "presenta presentar informe resumen sintesis introduccion explicacion descripcion "
      "informacion dice dicen establece establecen "
      "significa significan funciona funcionan diferencia diferencias diferente diferentes "
      "diferencian diferir compara comparar compare "
      "comparacion similitudes semejanzas versus vs importante importantes principal "
      "principales varios varias distintos manera forma tipo "
      "tipos clase clases saber conocer entender pregunta preguntas respuesta tema documentos "
      "respecto ",
  .form =
      " responde responder responda escribe escribir escriba redacta usa usar use utiliza "
      "cita citar cite incluye incluir formato salida resume "
      "resumir resumen informe tabla tablas vinetas puntos lista listas corto corta breve "
      "brevemente conciso claro simple idioma espanol "
      "ingles aleman frances palabra palabras frase frases oracion oraciones pagina paginas "
      "parrafo parrafos fuente fuentes cita citas "
      "referencias markdown maximo minimo limite longitud estilo tono formal solo unicamente "
      "documentos documento texto textos titulo "
      "titulos seccion secciones preciso neutral estructurado resultado resultados todo dos "
      "tres cuatro cinco diez ",
  .pairs = " oferta/demanda investigacion/desarrollo causa/efecto seguridad/salud ida/vuelta "
      "terminos/condiciones ",
};
