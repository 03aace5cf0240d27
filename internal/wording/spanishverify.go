package wording

// What is said of an end that tests have still to prove, in Spanish.

func spanishVerify() map[string]string {
	return map[string]string{
		"Tests show that it works again.":                     "Las pruebas muestran que funciona de nuevo.",
		"Our tests pass again.":                               "Nuestras pruebas se superan de nuevo.",
		"Said to be resolved, and being tested.":              "Se ha dicho que está resuelto y se está probando.",
		"This is told when the tests pass:":                   "Esto se dirá cuando se superen las pruebas:",
		"This is told when the tests pass %s times in a row:": "Esto se dirá cuando las pruebas se superen %s veces seguidas:",
		"At %s the tests had not passed.":                     "A esta hora no se habían superado las pruebas: %s.",
		"Tell now: %s":                                        "Decirlo ya: %s",
		"Not yet: %s":                                         "Todavía no: %s",
		"Tell now":                                            "Decirlo ya",
		"It was said to be resolved at %s, but tests have not passed.":     "Se dijo que estaba resuelto a esta hora: %s, pero no se han superado las pruebas.",
		"Nobody else was told. When the tests pass, it is told by itself.": "No se ha avisado a nadie más. Cuando se superen las pruebas, se dirá sin más.",
		"%s is said to be resolved. Tests have still to pass.":             "Se ha dicho que %s está resuelto. Faltan las pruebas.",
		"If they have not by %s, ops is asked.":                            "Si a esta hora no se han superado, se preguntará a operaciones: %s.",
		"%s is not resolved yet.":                                          "%s todavía no está resuelto.",
		"It does not count as resolved: the tests are stopped.":            "No cuenta como resuelto: las pruebas se han parado.",
		"Said to be resolved":                                              "Se dijo que está resuelto",
		"Tests had not passed":                                             "No se habían superado las pruebas",
		"Not resolved yet":                                                 "Todavía sin resolver",
		"Left empty nobody else is told: it is not resolved yet.":          "Si se deja vacío, no se avisa a nadie más: todavía no está resuelto.",
		"%s is being tested already.":                                      "%s ya se está probando.",
		"%s is not being tested.":                                          "%s no se está probando.",
		"It is told when the tests pass. Before, with a reason: incident resolve %d --force \"reason\"":        "Se dirá cuando se superen las pruebas. Antes, con un motivo: incident resolve %d --force \"motivo\"",
		"Everybody is told at once, and that it is not verified by tests. The reason is kept in the audit.":    "Se avisa a todos enseguida, y de que no se ha comprobado con pruebas. El motivo queda en la auditoría.",
		"It is being tested, and is told when the tests pass. What you write replaces what is told then.":      "Se está probando, y se dirá cuando se superen las pruebas. Lo que escriba sustituye a lo que se dirá entonces.",
		"Where tests have to pass first, it is told when they do; with --force \"why\" at once. " + numberHelp: "Si antes hay que superar pruebas, se dice cuando se superan; con --force \"por qué\", enseguida. " + spanishNumberHelp,
		"While tests have still to pass, it says that it is not resolved yet; the message may be left out.":    "Mientras faltan las pruebas, dice que todavía no está resuelto; el mensaje se puede omitir.",
	}
}
