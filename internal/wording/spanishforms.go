package wording

// Forms, in Spanish. Titles and buttons have at most 24 characters.

func spanishForms() map[string]string {
	return map[string]string{
		"Declare an incident": "Declarar un incidente",
		"Declare":             "Declarar",
		"Declare a drill":     "Declarar un simulacro",
		"Declare drill":       "Declarar simulacro",
		"Nobody outside the ops channel sees a drill.": "Nadie ve un simulacro fuera del canal de operaciones.",
		"Update":             "Actualizar",
		"Resolve":            "Resolver",
		"Take back":          "Retirar",
		"Edit":               "Editar",
		"Change":             "Cambiar",
		"Reopen":             "Reabrir",
		"Correct":            "Corregir",
		"Impact of %s":       "Impacto de %s",
		"Services of %s":     "Servicios de %s",
		"Title of %s":        "Título de %s",
		"Lead of %s":         "A cargo de %s",
		"When %s began":      "Comienzo de %s",
		"When %s ended":      "Final de %s",
		"Set lead":           "Guardar",
		"Add to an incident": "Añadir a un incidente",
		"Cancel":             "Cancelar",
		"Not now":            "Ahora no",
		"a direct message":   "un mensaje directo",
		"%q has no place as a button: please type its command.": "%q no cabe como botón: por favor, escriba su comando.",
		"Add note":                  "Añadir nota",
		"A note is for staff only.": "Una nota es solo para el personal.",
		"Subscribe this channel":    "Suscribir este canal",
		"Subscribe":                 "Suscribir",
		"This is message #%s. Posts show that it was corrected.":          "Este es el mensaje #%s. Se verá que fue corregido.",
		"This was told already; what you change is told as a correction.": "Esto ya se avisó; lo que cambie se avisará como corrección.",
		"It waits two minutes for you; then it is told as it was.":        "Espera dos minutos por usted; después se avisa como estaba.",
	}
}

func spanishFields() map[string]string {
	return map[string]string{
		"Message":                           "Mensaje",
		"Next update in":                    "Próximas noticias en",
		"When":                              "Cuándo",
		"Reason":                            "Motivo",
		"Incident":                          "Incidente",
		"Details":                           "Detalles",
		"Group: %s":                         "Grupo: %s",
		"Left empty it says: %s":            "Si lo deja vacío, dice: %s",
		"Left empty it names the services.": "Si lo deja vacío, nombra los servicios.",
		"Left empty: nobody.":               "Si lo deja vacío: nadie.",
		"When it began, like 03:52 or 20m ago. Left empty: now.":                   "Cuándo empezó, por ejemplo 03:52 o 20m ago. Si lo deja vacío: ahora.",
		"Also like 03:52, 20m ago or yesterday 23:10. Zone: %s.":                   "También así: 03:52, 20m ago o yesterday 23:10. Zona: %s.",
		"Told with the correction to who was told.":                                "Se dice con la corrección a quien recibió el aviso.",
		"A worse one is told in the channels, a milder one in the posts' threads.": "Si es peor se avisa en los canales; si es más leve, en los hilos de los mensajes.",
		"Who follows a service that you add is told.":                              "Se avisa a quien sigue un servicio que usted añada.",
		"What this channel hears of them.":                                         "Qué recibe este canal de ellos.",
		"Outages":                                                                  "Interrupciones",
		"Planned work":                                                             "Trabajo programado",
		"Checks (for responders)":                                                  "Comprobaciones (personal de guardia)",
		"The least that an outage must be. Left empty: any.":                       "Lo mínimo que ha de ser una interrupción. Si lo deja vacío: cualquiera.",
		"Major and worse":                                                          "Graves y peores",
		"Critical only":                                                            "Solo críticas",
		"How loud":                                                                 "Cuánto avisar",
		"Quiet: one post, edited":                                                  "En silencio: un mensaje que se edita",
		"Normal: updates in its thread":                                            "Normal: las noticias en su hilo",
		"Loud: updates in the channel":                                             "En voz alta: las noticias en el canal",
		"Quiet hours":                                                              "Horas de silencio",
		"Like 22:00 to 7:00 only critical. What was missed is told in the morning.": "Por ejemplo: 22:00 to 7:00 only critical. Lo que faltó se avisa por la mañana.",
	}
}

func spanishTests() map[string]string {
	return map[string]string{
		"Send a test post": "Enviar un mensaje de prueba",
		"The test post is in the channel, so news will be too.":           "El mensaje de prueba está en el canal: así llegarán también las noticias.",
		"A test can be posted only to a channel of a connected platform.": "Solo se puede probar en un canal de una plataforma conectada.",
		"This test post was asked for already.":                           "Este mensaje de prueba ya se pidió.",
		"For another one: %s":                                             "Para otro: %s",
		"It is not known whether the test post arrived (%s).":             "No se sabe si llegó el mensaje de prueba (%s).",
		"Please look at the channel. To try again: %s":                    "Por favor, mire el canal. Para probar otra vez: %s",
		"The test post could not be sent (%s), and so could no news.":     "No se pudo enviar el mensaje de prueba (%s), así que tampoco las noticias.",
		"If the bot is not in the channel, invite it. Then: %s":           "Si el bot no está en el canal, invítelo. Después: %s",
		"The test post could not be sent (%s).":                           "No se pudo enviar el mensaje de prueba (%s).",
		"To try again: %s":                                                "Para probar otra vez: %s",
	}
}
