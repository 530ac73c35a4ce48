// shows: android:onClick in a menu names a method of the activity that inflates it
// manifest:
//   launcher: Main
//   menus: {more: '<menu><item android:onClick="pick"/></menu>', less: '<menu><item/></menu>'}
// hit: [serial reachable = launcher Main.onCreateOptionsMenu > gesture Main.pick]
// miss: [serial present = Main.pick]

public class Main extends Activity {
  public boolean onCreateOptionsMenu(Menu menu) {
    getMenuInflater().inflate(R.menu.more, menu);               // hit
    getMenuInflater().inflate(R.menu.less, menu);               // miss
    return true;
  }
  public void pick(MenuItem item) { String id = SERIAL; }
}
