package wording

// What the adapter for Microsoft Teams says by itself, in Spanish.

func spanishTeams() map[string]string {
	return map[string]string{
		"Done.": "Hecho.",
		"This takes a little longer. The answer follows.":                     "Esto tarda un poco más. La respuesta llegará enseguida.",
		"Please fill in the form that I send to you.":                         "Por favor, rellene el formulario que le envío.",
		"You asked in the channel %s.":                                        "Usted preguntó en el canal %s.",
		"To the first post":                                                   "Al primer mensaje",
		"Please fill this in.":                                                "Por favor, rellene este campo.",
		"Write me, or the address of a person.":                               "Escriba me, o la dirección de una persona.",
		"Please write to me in a personal chat: there I can show you a form.": "Por favor, escríbame en un chat personal: allí le puedo mostrar un formulario.",
		"Everybody here reads this, as Teams lets me show it to nobody alone: install the app for yourself to be answered in a chat.":        "Todos leen esto aquí, porque Teams no me deja mostrárselo solo a usted: instale la aplicación para usted y le responderé en un chat.",
		"the bot was never spoken to there: write to it there once":                                                                          "nadie ha hablado allí con el bot: escríbale allí una vez",
		"install the app in the channel's team, or put it back there; a private or shared channel needs it added to the channel itself, too": "instale la aplicación en el equipo del canal, o vuelva a ponerla allí; en un canal privado o compartido, añádala además al propio canal",
		"install the app for the chat, and write to the bot there once":                                                                      "instale la aplicación para el chat y escriba allí una vez al bot",

		"This cannot be done by an outgoing webhook.":                                                                                                                      "Esto no se puede hacer con un webhook saliente.",
		"Everybody here would read the answer, and it has no buttons or forms. What can be done here:":                                                                     "Todos leerían aquí la respuesta, que no tiene botones ni formularios. Lo que se puede hacer aquí:",
		"Nothing was done. For all else use a connection with a bot.":                                                                                                      "No se hizo nada. Para todo lo demás use una conexión con un bot.",
		"This channel cannot be subscribed: nothing can be posted to it yet.":                                                                                              "Este canal no se puede suscribir: todavía no se puede publicar nada en él.",
		"Add the bot to the team, or make a workflow in the channel, whose address belongs into [[teams.workflows]]. By the name that it gets there it can be subscribed:": "Añada el bot al equipo, o cree en el canal un flujo de trabajo, cuya dirección va en [[teams.workflows]]. Con el nombre que reciba allí se puede suscribir:",
		"Everybody in this channel sees this answer.":                                                                                                                      "Todos en este canal ven esta respuesta.",
		"Working on it: this takes longer than Teams waits.":                                                                                                               "En curso: esto tarda más de lo que Teams espera.",
		"It goes on. In a minute see what became of it, before you type it again:":                                                                                         "Sigue en marcha. Dentro de un minuto mire qué resultó, antes de escribirlo otra vez:",

		"there is no workflow of this name in [[teams.workflows]]": "no hay ningún flujo de trabajo con este nombre en [[teams.workflows]]",
		"its workflow takes no posts any more (HTTP %d): switch it on, let Anyone trigger it, or make a new one in the channel and put its address into [[teams.workflows]]": "su flujo de trabajo ya no acepta mensajes (HTTP %d): actívelo, permita que lo desencadene cualquiera, o cree uno nuevo en el canal y ponga su dirección en [[teams.workflows]]",
		"its workflow does not read our posts (HTTP %d): make it from the template for webhook requests":                                                                     "su flujo de trabajo no lee nuestros mensajes (HTTP %d): créelo a partir de la plantilla para solicitudes de webhook",
		"I cannot show you the answer right now, as it is for you alone. Please write to me in a personal chat.":                                                             "Ahora mismo no puedo mostrarle la respuesta, porque es solo para usted. Escríbame en un chat personal.",
	}
}
