// shows: a dialog of the app's own runs onCreate when it is shown, onClick when its button is tapped
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Ask.onCreate]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Ask.onCreate > gesture Ask.onClick]

class Main extends Activity {
  protected void onCreate(Bundle state) { new Ask(this).show(); }
}
class Ask extends Dialog implements View.OnClickListener {
  Ask(Context context) { super(context); }
  protected void onCreate(Bundle state) {
    findViewById(1).setOnClickListener(this);
    String id = SERIAL;                                         // hit
  }
  public void onClick(View view) {
    String id = SERIAL;                                         // miss
  }
}
