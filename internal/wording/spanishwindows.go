package wording

// What everybody reads of planned work, and what ops is asked, in Spanish.

func spanishWindows() map[string]string {
	return map[string]string{
		"Planned work: %s %s":                                       "Trabajo programado: %s %s",
		"Planned work: %s from %s to %s":                            "Trabajo programado: %s desde %s hasta %s",
		"Reminder: %s from %s to %s":                                "Recordatorio: %s desde %s hasta %s",
		"Planned work has begun: %s until %s":                       "Ha empezado el trabajo programado: %s hasta %s",
		"Planned work goes on: %s until %s":                         "Sigue el trabajo programado: %s hasta %s",
		"The planned work has a new time: %s from %s to %s":         "El trabajo programado cambia de hora: %s desde %s hasta %s",
		"The planned work goes on longer: %s until %s":              "El trabajo programado se alarga: %s hasta %s",
		"The planned work on %s is taking longer than planned":      "El trabajo programado en %s dura más de lo previsto",
		"The planned work on %s is done, and we are testing it now": "El trabajo programado en %s está hecho y ahora lo probamos",
		"The planned work on %s does not begin as planned":          "El trabajo programado en %s no empieza como estaba previsto",
		"The work on %s planned for %s does not begin then":         "El trabajo programado en %s no empieza a esta hora: %s",
		"The planned work on %s is completed and verified":          "El trabajo programado en %s ha terminado y está comprobado",
		"The planned work on %s is completed":                       "El trabajo programado en %s ha terminado",
		"The planned work on %s is cancelled":                       "El trabajo programado en %s se cancela",
		"The planned work on %s was stopped":                        "El trabajo programado en %s se ha parado",
		"The work on %s planned for %s does not take place":         "El trabajo en %s programado para %s no se hace",
		"It is instead of %s.":                                      "Es en lugar de esta fecha: %s.",
		" That was instead of %s.":                                  " Era en lugar de esta fecha: %s.",
		"All times of the planned work on %s are over":              "Han terminado todas las fechas del trabajo programado en %s",
		"All times of the planned work on %s are cancelled":         "Se cancelan todas las fechas del trabajo programado en %s",
		"The planned work on %s has become %s":                      "El trabajo programado en %s pasa a ser %s",
		"The planned work has become a problem. %s":                 "El trabajo programado es ahora un problema. %s",
		"The work is done, but we are still testing.":               "El trabajo está hecho, pero todavía lo probamos.",
		"%s until it ends.":                                         "%s hasta que acabe.",
		"%s until it ends. Please keep to the advice.":              "%s hasta que acabe. Por favor, siga los consejos.",
		"The first time is from %s to %s.":                          "La primera vez es desde %s hasta %s.",
		"It was planned from %s to %s.":                             "Estaba previsto desde %s hasta %s.",
		"Before, it was planned from %s to %s.":                     "Antes estaba previsto desde %s hasta %s.",
		"Before, we said until %s.":                                 "Antes dijimos hasta %s.",
		" It began %s and ended %s.":                                " Empezó: %s, y acabó: %s.",
		" It began %s.":                                             " Empezó: %s.",
		" We will say when it begins.":                              " Diremos cuándo empieza.",
		"We will say when it begins.":                               "Diremos cuándo empieza.",
		"The work":                                                  "El trabajo",
		"Next news by %s.":                                          "Habrá noticias a más tardar a esta hora: %s.",
		"No next update promised.":                                  "No prometemos más noticias.",
		"Not verified by tests.":                                    "No se ha comprobado con pruebas.",
		"We now post every hour. We will post again by %s.":         "Ahora damos noticias cada hora. Daremos más a más tardar a esta hora: %s.",
		"No new information since %s.":                              "No hay nada nuevo desde %s.",
		"No new information on %s since %s":                         "No hay nada nuevo sobre %s desde %s",
		"It began %s, in planned work (%s).":                        "Empezó: %s, durante el trabajo programado (%s).",
	}
}

func spanishWindowOps() map[string]string {
	return map[string]string{
		"Scheduled in":    "Programado en",
		"One time of":     "Una fecha de",
		"Tests that fail": "Pruebas que fallan",
		" %s will be told at %s, unless you cancel it.":  " Se avisará a %s a esta hora: %s, si no lo cancela.",
		"Copy %s for faculty":                            "Texto de %s para profesores",
		"Tell everybody that the work of %s begins now?": "¿Avisar a todos de que el trabajo de %s empieza ahora?",
		"Extend %s 30 min":                               "Alargar %s 30 min",
		"Work is done: %s":                               "Trabajo hecho: %s",
		"Make %s an incident":                            "Pasar %s a incidente",
		"Complete %s with a remark":                      "Terminar %s con una nota",
		"End %s, open an incident":                       "Acabar %s, abrir incidente",
	}
}

func spanishQuestions() map[string]string {
	return map[string]string{
		"Asked again %s.":                                                              "Se volvió a preguntar: %s.",
		"Answered %s.":                                                                 "Respondido: %s.",
		"News is due by %s. How does it stand?":                                        "Hay que dar noticias a más tardar a esta hora: %s. ¿Cómo va?",
		"News is promised by %s. How does it stand?":                                   "Prometimos noticias a más tardar a esta hora: %s. ¿Cómo va?",
		"Nobody answered by %s, so it went as planned.":                                "Nadie respondió antes de %s, así que siguió lo previsto.",
		"No news since %s; the next is overdue.":                                       "No hay noticias desde %s; ya van con retraso.",
		"Nobody leads this. Who takes it?":                                             "Nadie está a cargo. ¿Quién se encarga?",
		"Everybody was told to expect news by %s.":                                     "A todos se les prometieron noticias para esta hora: %s.",
		"%s, please say how it stands.":                                                "%s, por favor, diga cómo va.",
		"It is overdue again, so we call %s.":                                          "Va otra vez con retraso, así que avisamos a %s.",
		"If nobody does anything, it starts as planned.":                               "Si nadie hace nada, empieza como estaba previsto.",
		"Hold the start of %s":                                                         "Aplazar el comienzo de %s",
		"It should end at %s. Is the work done?":                                       "Debe acabar a esta hora: %s. ¿Está hecho el trabajo?",
		"It should have ended at %s. Is the work done?":                                "Debía acabar a esta hora: %s. ¿Está hecho el trabajo?",
		"It is still being tested; it should have ended at %s.":                        "Todavía se está probando; debía acabar a esta hora: %s.",
		"Its start is held, and its time was over at %s. What now?":                    "Su comienzo está aplazado y su plazo acabó a esta hora: %s. ¿Qué hacemos?",
		"The work is done, but tests fail.":                                            "El trabajo está hecho, pero hay pruebas que fallan.",
		"%s more":                                                                      "%s más",
		"It begins at %s, but %s is open.":                                             "Empieza a esta hora: %s, pero está abierto %s.",
		"It begins at %s, but %s are open.":                                            "Empieza a esta hora: %s, pero están abiertos %s.",
		"Snooze %s 10 min":                                                             "Aplazar %s 10 min",
		"Nothing new on %s":                                                            "Nada nuevo en %s",
		"Nothing more is promised, and the bot says nothing more until somebody acts.": "No se promete nada más, y el bot no dice nada más hasta que alguien haga algo.",
	}
}

func spanishFaculty() map[string]string {
	return map[string]string{
		"Planned work: %s.":        "Trabajo programado: %s.",
		"For the first time: %s":   "Por primera vez: %s",
		"From: %s":                 "Desde: %s",
		"Until: %s":                "Hasta: %s",
		"Help desk: %s":            "Mesa de ayuda: %s",
		"News about this work: %s": "Noticias sobre este trabajo: %s",
		"These of its times are planned otherwise:": "Estas de sus fechas se programaron de otra manera:",
		", instead of %s": ", en lugar de %s",
	}
}
