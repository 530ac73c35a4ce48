// shows: attachBaseContext is the earliest code of most apps; low memory is an event outside of start-up
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent = application App.attachBaseContext]
// miss: [serial reachable = application App.onLowMemory]

class App extends Application {
  protected void attachBaseContext(Context base) {              // hit
    super.attachBaseContext(base);                              // hit
  public void onLowMemory() {                                   // miss
    String id = SERIAL;
  }
}
class Main extends Activity { }
