package wording

// Help, in Spanish. What is typed is the same in every language.

const spanishNumberHelp = "Puede omitir el número si solo hay un incidente abierto; valen 42, #42, INC-42 y el nombre de un servicio."

func spanishHelp() map[string]string {
	return map[string]string{
		"For example: %s": "Por ejemplo: %s",
		"This is what you can type. Each is also belltower <command>.":                   "Esto es lo que puede escribir. También vale así: belltower <comando>.",
		"More of one: belltower help %s":                                                 "Más sobre uno: belltower help %s",
		"Says that something does not work.":                                             "Dice que algo no funciona.",
		"Says how the work goes.":                                                        "Dice cómo va el trabajo.",
		"Says that it works again.":                                                      "Dice que funciona de nuevo.",
		"Takes it back: it never was. Who was told gets one correction.":                 "Lo retira: nunca existió. Quien recibió el aviso recibe una corrección.",
		"Tells everybody now what still waits to be told.":                               "Avisa ya a todos de lo que espera.",
		"Says that a resolved incident goes on.":                                         "Dice que un incidente resuelto continúa.",
		"Keeps a text for staff only.":                                                   "Guarda un texto solo para el personal.",
		"As declare, but only this ops channel sees it.":                                 "Como declare, pero solo lo ve este canal de operaciones.",
		"Corrects how bad it is.":                                                        "Corrige la gravedad.",
		"Corrects what it is about.":                                                     "Corrige de qué servicios trata.",
		"Corrects the title.":                                                            "Corrige el título.",
		"Says who leads the work.":                                                       "Dice quién está a cargo.",
		"Corrects when it began.":                                                        "Corrige cuándo empezó.",
		"Corrects when it ended.":                                                        "Corrige cuándo terminó.",
		"Corrects a message, the newest unless one is named.":                            "Corrige un mensaje: el último, si no se nombra otro.",
		"Corrects how it was declared: impact, title and first message at once.":         "Corrige cómo se declaró: impacto, título y primer mensaje a la vez.",
		"Folds one incident into another.":                                               "Une un incidente a otro.",
		"Lists incidents.":                                                               "Muestra una lista de incidentes.",
		"Shows one incident.":                                                            "Muestra un incidente.",
		"Shows all that was done, notes too. For staff.":                                 "Muestra todo lo que se hizo, también las notas. Para el personal.",
		"Shows who was told, who waits or failed, who was not told, and why. For staff.": "Muestra a quién se avisó, quién espera o falló, a quién no se avisó, y por qué. Para el personal.",
		"Says which services work now.":                                                  "Dice qué servicios funcionan ahora.",
		"Makes this channel hear of a service, a group or all.":                          "Hace que este canal reciba lo de un servicio, un grupo o todos.",
		"Ends a subscription of this channel.":                                           "Termina una suscripción de este canal.",
		"Shows what can be typed.":                                                       "Muestra lo que se puede escribir.",
		"Shows who you are here and what you may do.":                                    "Muestra quién es usted aquí y qué puede hacer.",
		"Says why this channel did or did not hear of it.":                               "Dice por qué este canal recibió o no el aviso.",
		"Lists who may do what. For admins.":                                             "Muestra quién puede hacer qué. Para administración.",
		"Lists who changed what. For admins.":                                            "Muestra quién cambió qué. Para administración.",
		"Stops all posts until released. For admins.":                                    "Retiene todos los mensajes hasta que se suelten. Para administración.",
		"Lets posts go on. For admins.":                                                  "Suelta los mensajes retenidos. Para administración.",
	}
}

func spanishMoreHelp() map[string]string {
	return map[string]string{
		"Impact: slow, partly or down. Several services: learn,portal down; each in its own way: learn:down portal:slow partly. Flags: --next 45m promises news, --since 03:52 says when it began, --separate declares beside an open one.": "Impacto: slow (con lentitud), partly (en parte) o down (no disponible). Varios servicios: learn,portal down; cada uno a su modo: learn:down portal:slow partly. Opciones: --next 45m promete noticias, --since 03:52 dice cuándo empezó, --separate lo declara aparte de uno abierto.",
		"The statuses are investigating, identified, monitoring and resolved; one counts only with its colon. --next 45m, or a last part | next 45m, promises news. " + numberHelp:                                                          "Los estados son investigating, identified, monitoring y resolved; solo cuentan con sus dos puntos. --next 45m, o una última parte | next 45m, promete noticias. " + spanishNumberHelp,
		numberHelp: spanishNumberHelp,
		"Why is told with the correction. " + numberHelp:        "El motivo se dice con la corrección. " + spanishNumberHelp,
		"+portal:slow says how one service does. " + numberHelp: "+portal:slow dice cómo está un servicio. " + spanishNumberHelp,
		"Only staff see it.": "Solo lo ve el personal.",
		"Times: 03:52, 3:52am, yesterday 23:10, 20m ago, nov 26 10pm, 2026-11-26 22:00; with a zone behind them: 22:00 ET.": "Horas: 03:52, 3:52am, yesterday 23:10, 20m ago, nov 26 10pm, 2026-11-26 22:00; con una zona detrás: 22:00 ET.",
		"Times: as for incident began.":                     "Horas: como en incident began.",
		"Posts show that it was corrected. " + numberHelp:   "En los mensajes se ve que fue corregido. " + spanishNumberHelp,
		"Only you see the answer, unless you show it here.": "Solo usted ve la respuesta, si no la muestra aquí.",
		"Alone it says what the channel hears; subscribe test sends a test post. Another channel by its address: subscribe boston/library learn. With quiet hours: subscribe learn from 22:00 to 7:00 only critical": "Sin nada más dice qué recibe el canal; subscribe test envía un mensaje de prueba. Otro canal por su dirección: subscribe boston/library learn. Con horas de silencio: subscribe learn from 22:00 to 7:00 only critical",
		"Alone it ends everything, after a question.": "Sin nada más las termina todas, tras una pregunta.",
	}
}

// spanishExamples are the lines of help that end in what a channel reads.
func spanishExamples() map[string]string {
	return map[string]string{
		"incident update 42 identified: The database is back, we are checking.": "incident update 42 identified: La base de datos ha vuelto, lo estamos comprobando.",
		"incident resolve 42 Learn works again.":                                "incident resolve 42 Learn funciona de nuevo.",
		"incident retract 42 wrong service":                                     "incident retract 42 era otro servicio",
		"incident reopen 42 Learn fails again.":                                 "incident reopen 42 Learn falla otra vez.",
		"incident note 42 Vendor ticket 8841 is open.":                          "incident note 42 El proveedor abrió el caso 8841.",
		"incident title 42 Learn is slow for everyone":                          "incident title 42 Learn va lento para todos",
		"incident edit 42 #3 Learn is back for most people.":                    "incident edit 42 #3 Learn ha vuelto para casi todos.",
		"incident change 42 down Nobody can log in | We restart it.":            "incident change 42 down Nadie puede entrar | Lo reiniciamos.",
		"belltower hold amherst they asked us to wait":                          "belltower hold amherst nos pidieron esperar",
	}
}
