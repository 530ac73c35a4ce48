// shows: the Application class of the manifest is created first of all; another one never
// manifest: {launcher: Main, hit: {application: App}, miss: {application: Other}}
// hit: [serial before_consent = application App.onCreate]
// miss: [serial present = App.onCreate]

class App extends Application {
  public void onCreate() { String id = SERIAL; }
}
class Other extends Application { }
class Main extends Activity { }
