// shows: the platform uses the constructor without arguments
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent = application App.<init>]
// miss: [serial present = App.read]

class App extends Application {
  public App() {
    String id = SERIAL;                                         // hit
  }
  void read() {
    String id = SERIAL;                                         // miss
  }
}
class Main extends Activity { }
