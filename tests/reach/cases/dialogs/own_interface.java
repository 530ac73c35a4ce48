// shows: a listener interface of the app's own, implemented by the activity
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Ask.setListener > dispatch Main.onAgreed]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Ask.onCreate > gesture Ask$1.onClick > dispatch Main.onAgreed]

class Main extends Activity implements Ask.Listener {
  protected void onCreate(Bundle state) {
    Ask ask = new Ask(this);
    ask.setListener(this);
    ask.show();
  }
  public void onAgreed() { String id = SERIAL; }
}
class Ask extends Dialog {
  interface Listener { void onAgreed(); }
  Listener listener;
  Ask(Context context) { super(context); }
  void setListener(Listener listener) {
    this.listener = listener;
    listener.onAgreed();                                        // hit
  }
  protected void onCreate(Bundle state) {
    findViewById(1).setOnClickListener(new View.OnClickListener() {
      public void onClick(View view) { listener.onAgreed(); }
    });
  }
}
