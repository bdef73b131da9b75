// Tells the platform that its registration is done (LTI Dynamic Registration 1.0, 3.5); it closes this window.
(window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
