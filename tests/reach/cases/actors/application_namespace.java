// shows: the application class shows a namespace of the app
// manifest:
//   package: cn.example
//   launcher: Main
//   hit: {application: org.school.core.Boot}
//   miss: {application: Boot}
// hit: [serial before_consent = application org.school.core.Boot.onCreate > org.school.tools.Reader.read]
// miss: [serial before_consent by lib:org.school = application Boot.onCreate > org.school.tools.Reader.read]

class Main extends Activity { }
package org.school.core;                                        // hit
public class Boot extends Application {                         // hit
class Boot extends Application {                                // miss
  public void onCreate() { org.school.tools.Reader.read(); }
}
package org.school.tools;
public class Reader { public static void read() { String id = SERIAL; } }
