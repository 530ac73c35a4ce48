// shows: the Application's static initialiser runs with it
// manifest: {launcher: Main, hit: {application: App}, miss: {application: Other}}
// hit: [serial before_consent = application App.<clinit>]
// miss: [serial present = App.<clinit>]

class App extends Application {
  static String id = SERIAL;
}
class Other extends Application { }
class Main extends Activity { }
