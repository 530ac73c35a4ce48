// shows: choosing an item of a list is a gesture
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > gesture Pick.onItemClick]
// miss: [serial present = Pick.onItemClick]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ListView list = new ListView(this);
    Pick pick = new Pick();
    list.setOnItemClickListener(pick);                          // hit
  }
}
class Pick implements AdapterView.OnItemClickListener {
  public void onItemClick(AdapterView<?> list, View view, int at, long id) { String serial = SERIAL; }
}
